/** Splits the nodes that differ: who takes turns in a consensus group, who joins one, and who is free. */
import type { RaftGroup } from '../engines/contract.ts'
import { isReplacedWhole, votersOf, type GroupState } from '../engines/raft-group.ts'
import {
  interrupts,
  isRemoved,
  mayRun,
  needsTurn,
  partIn,
  type GuardedNode,
  type Part,
  type PendingNode,
} from './turns.ts'
import type { UnderWay } from './under-way.ts'

/** Who changes how. */
export interface Split {
  /** Members that a consensus group would lose for a while, or for good. */
  readonly inTurns: readonly GuardedNode[]
  /** Nodes that are to vote and do not yet. */
  readonly joining: readonly GuardedNode[]
  readonly free: readonly PendingNode[]
  /** How the groups stand that are touched. */
  readonly states: readonly GroupState[]
  /**
   * Nodes on which members of a silent group may run that are not wanted there any more. They may be needed to make it speak again, so they
   * come when those that are wanted are through, by what the group says then.
   */
  readonly later: readonly PendingNode[]
  /** Groups of which nobody who votes would stay, with the nodes that are not touched for it. */
  readonly replaced: readonly {
    readonly group: string
    readonly voters: readonly string[]
    readonly nodes: readonly string[]
    /** They only go, and nobody comes in their place. */
    readonly isTaken: boolean
  }[]
}

/** A group that is touched, the nodes that touch it, and how it stands. */
interface Touched {
  readonly group: RaftGroup
  readonly nodes: ReadonlySet<string>
  readonly state: GroupState
}

/** Asks the groups that are touched. */
export async function splitByGuard(run: UnderWay, pending: readonly PendingNode[]): Promise<Split> {
  const touched = (await Promise.all(run.groups.map((group) => touch(run, group, pending)))).flat()
  const kept = touched.filter(({ state }) => !isReplacedWhole(state))
  const replaced = touched
    .filter((one) => !kept.includes(one))
    .map(({ group, nodes, state }) => ({
      group: group.name,
      voters: votersOf(state).map(({ name }) => name),
      nodes: [...nodes],
      isTaken: pending.every((node) => !nodes.has(node.name) || isRemoved(node, group)),
    }))
  const isRefused = (name: string): boolean => replaced.some(({ nodes }) => nodes.includes(name))
  const guarded = pending
    .filter(({ name }) => !isRefused(name))
    .map(({ name }): GuardedNode => ({ name, parts: partsOf(name, kept) }))
  const isFree = (name: string): boolean =>
    guarded.some((node) => node.name === name && node.parts.size === 0)
  const free = pending.filter(({ name }) => isFree(name))
  const later = free.filter((node) => kept.some(({ group, state }) => mayBeNeeded(node, group, state)))
  return {
    inTurns: guarded.filter(needsTurn),
    joining: guarded.filter((node) => node.parts.size > 0 && !needsTurn(node)),
    free: free.filter((node) => !later.includes(node)),
    states: kept.map(({ state }) => state),
    later,
    replaced,
  }
}

function mayBeNeeded(node: PendingNode, group: RaftGroup, state: GroupState): boolean {
  return !state.formed && !state.wanted.includes(node.name) && mayRun(node, group)
}

async function touch(
  run: UnderWay,
  group: RaftGroup,
  pending: readonly PendingNode[],
): Promise<readonly Touched[]> {
  const touching = pending.filter((node) => interrupts(node, group))
  if (touching.length === 0) return []
  run.alsoAsk(
    group,
    touching.filter((node) => mayRun(node, group)).map(({ name }) => name),
  )
  const nodes = new Set(touching.map(({ name }) => name))
  return [{ group, nodes, state: await run.observeGroup(group) }]
}

function partsOf(node: string, touched: readonly Touched[]): ReadonlyMap<RaftGroup, Part> {
  return new Map(
    touched.flatMap(({ group, nodes, state }) => {
      const part = nodes.has(node) ? partIn(node, group, state) : undefined
      return part === undefined ? [] : [[group, part] as const]
    }),
  )
}
