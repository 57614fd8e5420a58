/** Takes members of consensus groups through a step one at a time, in the order that the groups ask for. */
import type { RaftGroup } from '../engines/contract.ts'
import { nextInTurn } from '../engines/raft-group.ts'
import { inTurn } from './in-turn.ts'
import { hindrance, type Line } from './line.ts'
import type { GuardedNode } from './turns.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough } from './work.ts'

/** What happens in the turns. */
export interface Turns extends Omit<Line, 'within'> {
  /** Groups in which one who was to join did not: who leaves stays. By the group, the name of that one. */
  readonly stuck: ReadonlyMap<RaftGroup, string>
}

/**
 * Whoever shares a group with a member that did not come through is not touched; other groups go on. A member that goes after nodes outside of
 * the group has its turn when those have ended.
 */
export async function takeTurns(run: UnderWay, guarded: readonly GuardedNode[], turns: Turns): Promise<void> {
  const { results, order, slots, kind } = turns
  const notTouched = (because: string): string =>
    `${kind === 'change' ? 'it was not touched' : 'it was not'}, because of ${because}`
  const waiting = new Map(guarded.map((node) => [node.name, node]))
  for (const [group, because] of turns.stuck) {
    const leaving = [...waiting.values()].filter(({ parts }) => parts.get(group) === 'leaves')
    await leaveOut(leaving, notTouched(because))
  }
  while (waiting.size > 0) {
    const open = await openNow()
    const states = await Promise.all(groupsOf(waiting.values()).map((group) => run.observeGroup(group)))
    const batch = nextInTurn(open, states).map((name) => waiting.get(name) as GuardedNode)
    for (const { name } of batch) waiting.delete(name)
    await Promise.all(batch.map((node) => takeOne(node, batch.length > 1)))
    for (const node of batch.filter(({ name }) => !isThrough(results.get(name)))) {
      const related = [...waiting.values()].filter(({ parts }) =>
        [...parts.keys()].some((group) => node.parts.has(group)),
      )
      await leaveOut(related, notTouched(node.name))
    }
  }

  /** Waits until somebody has nobody to wait for. */
  async function openNow(): Promise<readonly string[]> {
    for (;;) {
      const open = [...waiting.keys()].filter((name) =>
        order.of(name).every(({ after }) => results.has(after)),
      )
      if (open.length > 0 || waiting.size === 0) return open
      await results.next()
    }
  }

  /** Several at once serve nothing: there is nobody to be missed. */
  async function takeOne(node: GuardedNode, isMissing: boolean): Promise<void> {
    const { name } = node
    const why = await hindrance(run, name, turns)
    const because = why === undefined && !isMissing ? await slots.take(name) : undefined
    const left = why ?? (because === undefined ? undefined : notTouched(because))
    if (left !== undefined) {
      results.set(name, await turns.leaveOut(name, left))
      return
    }
    const result = await inTurn(run, node, () => turns.step(name))
    if (!isMissing) slots.give(name, isThrough(result))
    results.set(name, result)
  }

  async function leaveOut(nodes: readonly GuardedNode[], why: string): Promise<void> {
    for (const { name } of nodes) {
      waiting.delete(name)
      results.set(name, await turns.leaveOut(name, why))
    }
  }
}

function groupsOf(nodes: Iterable<GuardedNode>): RaftGroup[] {
  return [...new Set([...nodes].flatMap(({ parts }) => [...parts.keys()]))]
}
