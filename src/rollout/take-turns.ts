/** Takes members of consensus groups through a step one at a time, in the order that the groups ask for. */
import type { RaftGroup } from '../engines/contract.ts'
import { nextInTurn, type GroupState } from '../engines/raft-group.ts'
import { missedIn } from './drained.ts'
import { inTurn } from './in-turn.ts'
import { hindrance, type Line } from './line.ts'
import type { GuardedNode } from './turns.ts'
import { unfitAmong } from './unfit.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough, type NodeResult } from './work.ts'

/** What happens in the turns. */
export interface Turns extends Omit<Line, 'within'> {
  /** Groups in which one who was to join did not: who leaves stays. By the group, the name of that one. */
  readonly stuck: ReadonlyMap<RaftGroup, string>
}

/** Members whose turn is still to come, by name. */
type Waiting = Map<string, GuardedNode>

/**
 * Whoever shares a group with a member that did not come through is not touched; other groups go on. A member that goes after nodes outside of
 * the group has its turn when those have ended.
 */
export async function takeTurns(run: UnderWay, guarded: readonly GuardedNode[], turns: Turns): Promise<void> {
  const { results } = turns
  const waiting: Waiting = new Map(guarded.map((node) => [node.name, node]))
  for (const [group, because] of turns.stuck) {
    await leaveOut(waiting, ({ parts }) => parts.get(group) === 'leaves', because, turns)
  }
  while (waiting.size > 0) {
    const open = await openNow(waiting, turns)
    const groups = groupsOf(waiting.values())
    const states = await Promise.all(groups.map((group) => run.observeGroup(group)))
    const batch = nextInTurn(open, states).map((name) => waiting.get(name) as GuardedNode)
    for (const { name } of batch) waiting.delete(name)
    await Promise.all(
      batch.map(async (node) => {
        const own = states.filter((_, index) => node.parts.has(groups[index] as RaftGroup))
        const beside = batch.length > 1 ? undefined : own
        results.set(node.name, await takeOne(run, node, turns, beside))
      }),
    )
    for (const node of batch.filter(({ name }) => !isThrough(results.get(name)))) {
      const isRelated = ({ parts }: GuardedNode): boolean =>
        [...parts.keys()].some((group) => node.parts.has(group))
      await leaveOut(waiting, isRelated, node.name, turns)
    }
  }
}

/** Waits until somebody has nobody to wait for. */
async function openNow(waiting: Waiting, { order, results }: Turns): Promise<readonly string[]> {
  for (;;) {
    const open = [...waiting.keys()].filter((name) => order.of(name).every(({ after }) => results.has(after)))
    if (open.length > 0) return open
    await results.next()
  }
}

/** Several at once serve nothing: there is nobody to be missed, and no state of a group to go by. */
async function takeOne(
  run: UnderWay,
  node: GuardedNode,
  turns: Turns,
  states: readonly GroupState[] | undefined,
): Promise<NodeResult> {
  const { name } = node
  const isMissing = states === undefined
  const why =
    (await hindrance(run, name, turns)) ?? (isMissing ? undefined : await unfitAmong(run, name, states))
  if (why !== undefined) return turns.leaveOut(name, why)
  const because = isMissing ? undefined : await turns.slots.take(name)
  if (because !== undefined) return turns.leaveOut(name, notTouched(because, turns))
  const missed = await missedIn(turns.kind, run, name)
  const result = await inTurn(run, node, { missed, step: () => turns.step(name) })
  if (!isMissing) turns.slots.give(name, isThrough(result))
  return result
}

async function leaveOut(
  waiting: Waiting,
  which: (node: GuardedNode) => boolean,
  because: string,
  turns: Turns,
): Promise<void> {
  for (const { name } of [...waiting.values()].filter(which)) {
    waiting.delete(name)
    turns.results.set(name, await turns.leaveOut(name, notTouched(because, turns)))
  }
}

function notTouched(because: string, { kind }: Turns): string {
  return `${kind === 'change' ? 'it was not touched' : 'it was not'}, because of ${because}`
}

function groupsOf(nodes: Iterable<GuardedNode>): RaftGroup[] {
  return [...new Set([...nodes].flatMap(({ parts }) => [...parts.keys()]))]
}
