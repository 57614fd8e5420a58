/** The network that an engine is bound to, as a value that cannot be changed while it runs. */
import type { Network } from '../topology/network.ts'

/** What an engine is bound to. */
export interface BoundTo {
  /** What its network is called in sentences, such as "the network of Consul's agents". */
  readonly what: string
  /** The role whose option `network` says it. */
  readonly role: string
  /** What the option says; undefined for the nodes' own addresses. */
  readonly name: string | undefined
  /** The network of that name, where there is one. */
  readonly network: Network | undefined
}

/** A value as roles say it. */
interface Settled {
  readonly what: string
  readonly value: string
  readonly path: readonly string[]
  readonly keep: (before: string) => string
}

/** What is said of a cluster file that names no network. */
const OWN = "the nodes' own"

/**
 * Members change one after the other. One that is bound to an address sends from it, and a mesh takes from a node only what comes from its
 * address there; so one that has moved and one that has not yet do not reach each other, and the first would never come back.
 * Nothing is said of a network that does not exist, which is a finding already.
 */
export function settledNetwork({ what, role, name, network }: BoundTo): readonly Settled[] {
  if (name !== undefined && network === undefined) return []
  return [
    {
      what,
      value: network === undefined ? OWN : `${name} (${network.range})`,
      path: ['roles', role, 'network'],
      keep: (before) => {
        const [, maker, range] = /^(\S+) \((.+)\)$/.exec(before) ?? []
        if (maker === undefined) return `take  network  out of ${role}`
        return `write  network: ${maker}  under ${role} and  network: ${range}  under ${maker}`
      },
    },
  ]
}
