/** Which resolvers a node asks, and in which order. */
import type { Cluster } from '../../topology/cluster.ts'
import type { ProvidedOnNode } from '../../topology/provided.ts'

/** libc takes no more of them (resolv.conf(5), MAXNS). */
const MOST = 3
const DNS_PORT = 53

/** A resolver as a node reaches it. */
export interface KnownResolver {
  readonly node: string
  readonly address: string
  /** A name that it knows, and nobody else. */
  readonly name: string | undefined
}

/**
 * A node asks itself first where it is one. The others begin each with another one, so that one resolver does not get all questions; which
 * one follows from the name of the node, and does not change when nodes come and go.
 */
export function resolversOf(node: string, cluster: Cluster): readonly KnownResolver[] {
  const known = cluster.provided().flatMap((one) => reached(one, node, cluster))
  const own = known.filter((one) => one.node === node)
  const others = known.filter((one) => one.node !== node)
  const sum = Buffer.from(node).reduce((total, byte) => total + byte, 0)
  const start = others.length === 0 ? 0 : sum % others.length
  return [...own, ...others.slice(start), ...others.slice(0, start)].slice(0, MOST)
}

/** Whoever listens on the port of DNS for others is one, whichever role it comes from. */
function reached(one: ProvidedOnNode, from: string, cluster: Cluster): KnownResolver[] {
  if (!one.ports.some(({ port }) => port === DNS_PORT)) return []
  const network = one.network === undefined ? undefined : cluster.network(one.network)
  const isOn = (node: string) => network === undefined || network.addressOf(node) !== undefined
  const address = network?.addressOf(one.node) ?? cluster.nodes.find(({ name }) => name === one.node)?.address
  return address === undefined || !isOn(from) ? [] : [{ node: one.node, address, name: one.names?.[0] }]
}
