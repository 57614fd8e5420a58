/** Values that only running engines make: who makes which, who needs which, and how one is kept. */
import type { ClusterDifference, Handover, NodeLink } from '../engines/contract.ts'
import { reasonOf } from '../support/reason.ts'
import { sha256 } from '../support/sha256.ts'

/** What a rollout is given of offers. */
export interface RunOffers {
  /** Names of those that the store of an engine makes. */
  madeBy(engine: string): readonly string[]
  /** Names of those that a node needs, whether they are there or not. */
  neededBy(node: string): readonly string[]
  isKept(name: string): boolean
  /** See {@link Handover.keep}. */
  keep(values: Readonly<Record<string, string>>): Promise<void>
}

/** No role offers anything. */
export const NO_OFFERS: RunOffers = {
  madeBy: () => [],
  neededBy: () => [],
  isKept: () => false,
  keep: () => Promise.reject(new Error('no role offers that')),
}

type Asking = { readonly offers: RunOffers }

/** Names of the offers that a node needs and that are not there. */
export function missingOn({ offers }: Asking, node: string): readonly string[] {
  return offers.neededBy(node).filter((name) => !offers.isKept(name))
}

/** Names of the offers of an engine that are not there. */
export function unmadeBy({ offers }: Asking, engine: string): readonly string[] {
  return offers.madeBy(engine).filter((name) => !offers.isKept(name))
}

/** What a plan says of an offer: what is there is never asked for again, so it differs in no other way. */
export function offerDifference(name: string): ClusterDifference {
  return {
    address: offerAddress(name),
    action: 'create',
    reason: 'only the running engine makes it',
    differences: [],
  }
}

/** Address of an offer among what belongs to the cluster. */
export function offerAddress(name: string): string {
  return `offer:${name}`
}

/** A handover that remembers why something could not be kept. */
export interface RunHandover extends Handover {
  problem?: string
}

/** Where the store of an engine puts its offers; `kept` is told of each that is on the disk. */
export function handoverOf(
  run: Asking & { readonly delivery: { readonly link: NodeLink } },
  engine: string,
  kept: (name: string) => void,
): RunHandover {
  const { link } = run.delivery
  const answers: { readonly node: string; readonly key: string }[] = []
  // The same question has the same key in the run after one that was cut off.
  const keyOf = (argv: readonly string[]): string => `${engine}-${sha256(JSON.stringify(argv)).slice(0, 16)}`
  const handover: RunHandover = {
    missing: () => unmadeBy(run, engine),
    ask: async (node, argv, input) => {
      if (link.once === undefined) throw new Error('nothing may be asked for in this run')
      const key = keyOf(argv)
      const { code, stdout, stderr } = await link.once.ask(node, key, argv, input)
      if (code !== 0) throw new Error(`${argv[0] ?? ''} on ${node} ended with ${code}: ${stderr}`)
      answers.push({ node, key })
      return stdout
    },
    forget: async (node, argv) => {
      await link.once?.forget(node, keyOf(argv)).catch(() => undefined)
    },
    keep: async (values) => {
      const names = Object.keys(values)
      try {
        const foreign = names.filter((name) => !run.offers.madeBy(engine).includes(name))
        if (foreign.length > 0) throw new Error(`its role does not offer ${foreign.join(', ')}`)
        await run.offers.keep(values)
      } catch (error) {
        handover.problem = reasonOf(error)
        throw error
      }
      names.forEach(kept)
      for (const { node, key } of answers.splice(0)) await link.once?.forget(node, key)
    },
  }
  return handover
}
