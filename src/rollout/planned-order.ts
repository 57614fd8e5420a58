/** In which order an apply would change nodes: what a plan shows, by the same decisions. */
import { nextInTurn } from '../engines/raft-group.ts'
import type { Lane } from '../events/event.ts'
import { splitByGuard } from './split.ts'
import { waves, type GuardedNode, type PendingNode } from './turns.ts'
import type { UnderWay } from './under-way.ts'

/** The lanes, which all begin at once. Asks the groups that would be interrupted who leads them. */
export async function plannedOrder(run: UnderWay, pending: readonly PendingNode[]): Promise<Lane[]> {
  const { inTurns, joining, free, later } = await splitByGuard(run, pending)
  const groups = [...new Set([...inTurns, ...joining].flatMap(({ parts }) => [...parts.keys()]))]
  const joins = joining.map(({ name }) => name)
  const steps = [...(joins.length > 0 ? [joins] : []), ...(await turnsOf(run, inTurns))]
  return [
    ...waves(free).map(({ canary, rest }): Lane => ({
      guard: canary === undefined ? 'free' : 'canary',
      steps: [...(canary === undefined ? [] : [[canary]]), ...(rest.length > 0 ? [rest] : [])],
    })),
    ...(later.length > 0 ? [{ guard: 'free', steps: [later.map(({ name }) => name)] }] : []),
    ...(steps.length > 0 ? [{ guard: groups.map(({ name }) => name).join(' and '), steps }] : []),
  ]
}

async function turnsOf(run: UnderWay, inTurns: readonly GuardedNode[]): Promise<string[][]> {
  const groups = [...new Set(inTurns.flatMap(({ parts }) => [...parts.keys()]))]
  const states = await Promise.all(groups.map((group) => run.observeGroup(group)))
  let waiting = inTurns.map(({ name }) => name)
  const order: string[][] = []
  for (let next = nextInTurn(waiting, states); next.length > 0; next = nextInTurn(waiting, states)) {
    order.push([...next])
    waiting = waiting.filter((name) => !next.includes(name))
  }
  return order
}
