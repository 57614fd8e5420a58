/** The consensus groups of a run: how each is asked, locked, and waited for. */
import type { RaftGroup } from '../engines/contract.ts'
import type { GroupState } from '../engines/raft-group.ts'
import type { PollOptions } from '../support/poll.ts'
import { askGroup } from './ask-group.ts'
import { GroupLock } from './group-lock.ts'
import type { Rollout } from './work.ts'

/** What a run does with groups. */
export interface RunGroups {
  /** Each with the patience of this run. */
  readonly groups: readonly RaftGroup[]
  /** The lock of a group; one a run. */
  lockOf(group: RaftGroup): GroupLock
  /** Gives all locks back. */
  giveLocks(): Promise<void>
  /** Asks a group how it stands now. */
  observeGroup(group: RaftGroup): Promise<GroupState>
  /** Nodes that may be members of it, whatever is wanted: they are asked, too. */
  alsoAsk(group: RaftGroup, nodes: readonly string[]): void
  /** Tells what a node waits for, for how long already and how long at most. */
  waitsFor(node: string, what: string, atMostSeconds: number): NonNullable<PollOptions['waits']>
}

/** Makes it. */
export function runGroups({ groups, patienceSeconds, delivery, emit }: Rollout): RunGroups {
  const locks = new Map<string, GroupLock>()
  const asked = new Map<string, readonly string[]>()
  return {
    groups: patienceSeconds === undefined ? groups : groups.map((group) => ({ ...group, patienceSeconds })),
    lockOf: (group) => {
      const lock = locks.get(group.name) ?? new GroupLock(group.name, group.wanted, delivery)
      locks.set(group.name, lock)
      return lock
    },
    giveLocks: async () => {
      await Promise.all([...locks.values()].map((lock) => lock.give()))
    },
    observeGroup: (group) => askGroup(group, delivery.link, asked.get(group.name)),
    alsoAsk: (group, nodes) => {
      asked.set(group.name, [...new Set([...(asked.get(group.name) ?? []), ...nodes])])
    },
    waitsFor: (node, what, atMostSeconds) => (detail, waitedSeconds) => {
      const howLong = `${Math.round(waitedSeconds)} of at most ${atMostSeconds} s`
      emit({ type: 'phase-started', node, phase: 'wait', detail: `${what}: ${detail} (${howLong})` })
    },
  }
}
