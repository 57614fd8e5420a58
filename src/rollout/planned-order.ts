/** In which order an apply would change nodes: what a plan shows, by the same decisions. */
import { nextInTurn } from '../engines/raft-group.ts'
import type { EventBody, Lane, PlannedWait } from '../events/event.ts'
import type { Edge } from './node-order.ts'
import { nodesAlike, orderOfChanges, orderOfUpdates, type RunOrder } from './run-order.ts'
import { splitByGuard } from './split.ts'
import { isAtWork, type GuardedNode, type PendingNode } from './turns.ts'
import type { UnderWay } from './under-way.ts'

type PlannedOrder = Pick<Extract<EventBody, { type: 'order-planned' }>, 'lanes' | 'waits'>

/** The lanes, which all begin at once, and who waits for whom. Asks the groups that would be interrupted who leads them. */
export async function plannedOrder(run: UnderWay, pending: readonly PendingNode[]): Promise<PlannedOrder> {
  if (run.updating !== undefined) return orderOfTurns(run, pending)
  const split = await splitByGuard(run, pending)
  const { inTurns, joining, free, later, states } = split
  const planned = orderOfChanges(run.nodes, split, { pending, states })
  const groups = [...new Set([...inTurns, ...joining].flatMap(({ parts }) => [...parts.keys()]))]
  const joins = joining.map(({ name }) => name)
  const steps = [...(joins.length > 0 ? [joins] : []), ...(await turnsOf(run, inTurns, planned))]
  const fresh = free.filter((node) => !isAtWork(node)).map(({ name }) => name)
  const waits = waitsOf(planned.order.among(pending.map(({ name }) => name)))
  return {
    lanes: [
      ...(fresh.length > 0 ? [{ guard: 'free', steps: planned.order.steps(fresh) }] : []),
      ...nodesAlike(free.filter(isAtWork)).map((names) => alikeLane(names, planned)),
      ...(later.length > 0 ? [{ guard: 'free', steps: [later.map(({ name }) => name)] }] : []),
      ...(steps.length > 0 ? [{ guard: groups.map(({ name }) => name).join(' and '), steps }] : []),
    ],
    ...(waits.length > 0 && { waits }),
  }
}

/** Updates take one node after the other, whatever else is free. */
function orderOfTurns(run: UnderWay, pending: readonly PendingNode[]): PlannedOrder {
  const due = pending.map(({ name }) => ({ name, parts: new Map() }))
  const { order } = orderOfUpdates(run.nodes, due, { inTurns: [], fresh: new Set(), states: [] })
  const steps = order.steps(due.map(({ name }) => name)).flatMap((step) => step.map((name) => [name]))
  return { lanes: [{ guard: due.length > 1 ? 'canary' : 'free', steps }] }
}

/** Nodes with the same roles, the first of them alone, and the others by their pace. */
function alikeLane(names: readonly string[], { order, shares }: RunOrder): Lane {
  const most = (node: string): number => Math.min(...(shares.get(node) ?? []).map((share) => share.most))
  const steps = order.steps(names).flatMap((step) => inChunks(step, Math.min(...step.map(most))))
  return { guard: names.length > 1 ? 'canary' : 'free', steps }
}

function inChunks(names: readonly string[], size: number): string[][] {
  const count = size === Infinity ? 1 : Math.ceil(names.length / size)
  return Array.from({ length: count }, (_, index) =>
    size === Infinity ? [...names] : names.slice(index * size, (index + 1) * size),
  )
}

/** Who waits for others than the lanes show. */
function waitsOf(edges: readonly Edge[]): readonly PlannedWait[] {
  const waits = new Map<string, PlannedWait>()
  const told = edges.flatMap(({ why, ...edge }) =>
    why === 'canary' || why === 'joins' || why === 'leader' ? [] : [{ ...edge, why }],
  )
  for (const node of new Set(told.map((edge) => edge.node))) {
    for (const why of ['stands-on', 'way-first', 'way-last', 'taken-last'] as const) {
      const after = told.filter((edge) => edge.node === node && edge.why === why).map((edge) => edge.after)
      if (after.length === 0) continue
      const key = [why, ...after].join(' ')
      waits.set(key, { nodes: [...(waits.get(key)?.nodes ?? []), node], after, why })
    }
  }
  return [...waits.values()]
}

async function turnsOf(
  run: UnderWay,
  inTurns: readonly GuardedNode[],
  { order }: RunOrder,
): Promise<string[][]> {
  const groups = [...new Set(inTurns.flatMap(({ parts }) => [...parts.keys()]))]
  const states = await Promise.all(groups.map((group) => run.observeGroup(group)))
  let waiting = inTurns.map(({ name }) => name)
  const turns: string[][] = []
  while (waiting.length > 0) {
    const left = waiting
    const open = left.filter((name) => !left.some((other) => order.goesAfter(name, other)))
    const next = nextInTurn(open, states)
    turns.push([...next])
    waiting = left.filter((name) => !next.includes(name))
  }
  return turns
}
