/** Takes members of consensus groups through a step one at a time, in the order that the groups ask for. */
import type { RaftGroup } from '../engines/contract.ts'
import { nextInTurn } from '../engines/raft-group.ts'
import type { NodeResults } from './converge-node.ts'
import { inTurn } from './in-turn.ts'
import type { GuardedNode } from './turns.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough, type NodeResult } from './work.ts'

/** What happens in the turns. */
export interface Turns {
  readonly step: (node: string) => Promise<NodeResult>
  /** Told of members whose turn does not come, and because of whom. */
  readonly leaveOut: (nodes: readonly string[], because: string) => Promise<void>
  /** Groups in which one who was to join did not: who leaves stays. By the group, the name of that one. */
  readonly stuck: ReadonlyMap<RaftGroup, string>
  readonly results: NodeResults
}

/** Whoever shares a group with a member that did not come through is not touched; other groups go on. */
export async function takeTurns(run: UnderWay, guarded: readonly GuardedNode[], turns: Turns): Promise<void> {
  const waiting = new Map(guarded.map((node) => [node.name, node]))
  for (const [group, because] of turns.stuck) {
    const leaving = [...waiting.values()].filter(({ parts }) => parts.get(group) === 'leaves')
    await leaveOut(leaving, because)
  }
  while (waiting.size > 0) {
    const groups = [...new Set([...waiting.values()].flatMap(({ parts }) => [...parts.keys()]))]
    const states = await Promise.all(groups.map((group) => run.observeGroup(group)))
    const batch = nextInTurn([...waiting.keys()], states).map((name) => waiting.get(name) as GuardedNode)
    for (const { name } of batch) waiting.delete(name)
    await Promise.all(
      batch.map(async (node) => {
        turns.results.set(node.name, await inTurn(run, node, () => turns.step(node.name)))
      }),
    )
    for (const node of batch.filter(({ name }) => !isThrough(turns.results.get(name)))) {
      const related = [...waiting.values()].filter(({ parts }) =>
        [...parts.keys()].some((group) => node.parts.has(group)),
      )
      await leaveOut(related, node.name)
    }
  }

  async function leaveOut(nodes: readonly GuardedNode[], because: string): Promise<void> {
    for (const { name } of nodes) waiting.delete(name)
    await turns.leaveOut(
      nodes.map(({ name }) => name),
      because,
    )
  }
}
