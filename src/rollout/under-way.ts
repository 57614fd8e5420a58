/** A rollout while it goes on: with the locks of its groups, and an account of the time that each node took. */
import { NO_OFFERS, type RunOffers } from './offers.ts'
import { runGroups, type RunGroups } from './run-groups.ts'
import type { Observation, Rollout } from './work.ts'

/** A run under way. */
export interface UnderWay extends Omit<Rollout, 'groups' | 'offers'>, RunGroups {
  readonly offers: RunOffers
  /** Does something with a node, and adds the time to its account. */
  timed<Value>(node: string, work: () => Promise<Value>): Promise<Value>
  /** Seconds on the account of a node, in tenths. */
  secondsOf(node: string): number
  /** The looks at the nodes, from their beginning. */
  readonly looks: Map<string, Promise<Observation>>
  /** Whether a node let us in, once that is known; who is not in this run may. */
  mayAnswer(node: string): Promise<boolean>
  /** Nodes that could not be looked at in this run. */
  readonly unreached: Set<string>
  /** Engines of which something is still to be made after the nodes: what they say of a node does not count before. */
  readonly unsettled: Set<string>
  /** Has the store of a group make members of those that are to be; done before others leave it. */
  grow: (group: string) => Promise<void>
  /** Was the run stopped? Then no new work is started. */
  isStopped(): boolean
}

/** Makes it. */
export function underWay(rollout: Rollout): UnderWay {
  const times = new Map<string, number>()
  const looks = new Map<string, Promise<Observation>>()
  return {
    ...rollout,
    ...runGroups(rollout),
    offers: rollout.offers ?? NO_OFFERS,
    timed: async (node, work) => {
      const from = performance.now()
      try {
        return await work()
      } finally {
        times.set(node, (times.get(node) ?? 0) + performance.now() - from)
      }
    },
    secondsOf: (node) => Math.round((times.get(node) ?? 0) / 100) / 10,
    looks,
    mayAnswer: async (node) => (await looks.get(node))?.reached !== false,
    unreached: new Set(),
    unsettled: new Set(),
    grow: () => Promise.resolve(),
    isStopped: () => rollout.signal?.aborted === true,
  }
}
