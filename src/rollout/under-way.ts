/** A rollout while it goes on: with the locks of its groups, and an account of the time that each node took. */
import type { RaftGroup } from '../engines/contract.ts'
import type { GroupState } from '../engines/raft-group.ts'
import type { PollOptions } from '../support/poll.ts'
import { askGroup } from './ask-group.ts'
import { GroupLock } from './group-lock.ts'
import type { Observation, Rollout } from './work.ts'

/** A run under way. */
export interface UnderWay extends Rollout {
  /** The lock of a group; one a run. */
  lockOf(group: RaftGroup): GroupLock
  /** Asks a group how it stands now. */
  observeGroup(group: RaftGroup): Promise<GroupState>
  /** Nodes that may be members of it, whatever is wanted: they are asked, too. */
  alsoAsk(group: RaftGroup, nodes: readonly string[]): void
  /** Tells what a node waits for, for how long already and how long at most. */
  waitsFor(node: string, what: string, patienceSeconds: number): NonNullable<PollOptions['waits']>
  /** Gives all locks back. */
  giveLocks(): Promise<void>
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
  /** Was the run stopped? Then no new work is started. */
  isStopped(): boolean
}

/** Makes it. */
export function underWay(rollout: Rollout): UnderWay {
  const locks = new Map<string, GroupLock>()
  const asked = new Map<string, readonly string[]>()
  const times = new Map<string, number>()
  const looks = new Map<string, Promise<Observation>>()
  const { patienceSeconds } = rollout
  const groups =
    patienceSeconds === undefined
      ? rollout.groups
      : rollout.groups.map((group) => ({ ...group, patienceSeconds }))
  return {
    ...rollout,
    groups,
    lockOf: (group) => {
      const lock = locks.get(group.name) ?? new GroupLock(group.name, group.wanted, rollout.delivery)
      locks.set(group.name, lock)
      return lock
    },
    observeGroup: (group) => askGroup(group, rollout.delivery.link, asked.get(group.name)),
    alsoAsk: (group, nodes) => {
      asked.set(group.name, [...new Set([...(asked.get(group.name) ?? []), ...nodes])])
    },
    waitsFor: (node, what, patienceSeconds) => (detail, waitedSeconds) => {
      const howLong = `${Math.round(waitedSeconds)} of at most ${patienceSeconds} s`
      rollout.emit({ type: 'phase-started', node, phase: 'wait', detail: `${what}: ${detail} (${howLong})` })
    },
    giveLocks: async () => {
      await Promise.all([...locks.values()].map((lock) => lock.give()))
    },
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
    isStopped: () => rollout.signal?.aborted === true,
  }
}
