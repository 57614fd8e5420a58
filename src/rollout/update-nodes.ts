/** Brings the packages of nodes up to date and starts boards anew that have to be, one node of the whole cluster at a time. */
import { limit } from '../support/limit.ts'
import type { AwaitedResults } from './awaited-results.ts'
import { combined, convergeNode, skip } from './converge-node.ts'
import { takeInLine, type Line } from './line.ts'
import { rebootNode } from './reboot-node.ts'
import { partsOf } from './reboots.ts'
import { orderOfUpdates, roomFor } from './run-order.ts'
import { refused } from './skipped.ts'
import { takeTurns } from './take-turns.ts'
import { needsTurn, type PendingNode } from './turns.ts'
import type { UnderWay } from './under-way.ts'
import { UpdateTurns } from './update-turn.ts'
import { isThrough, type NodeFailure, type NodeResult, type Updating } from './work.ts'

/** What a run of updates changes; all else is for an apply. */
const UPDATE = /^(system-update|reboot):/

const OTHERWISE = {
  message: 'it differs in more than its packages',
  why: 'an update takes nodes out of service one by one, and is judged by how they were before',
  fix: 'run bramble apply, then bramble update again',
}

/** Each node is a step of its own that others notice: drained, guarded by its groups, its gates green before the next. The first that fails ends the run. */
export async function updateNodes(
  run: UnderWay,
  { members, closed }: Updating,
  pending: readonly PendingNode[],
  results: AwaitedResults,
): Promise<void> {
  const turns = new UpdateTurns(run, members)
  const due = await mayBegin(run, await turns.hindrance(), pending, results)
  const states = await Promise.all(
    run.groups.map(async (group) => [group, await run.observeGroup(group)] as const),
  )
  const guarded = due.map(({ name }) => ({ name, parts: partsOf(name, states) }))
  const inTurns = guarded.filter(needsTurn)
  const order = orderOfUpdates(run.nodes, guarded, {
    inTurns,
    fresh: new Set(),
    states: states.map(([, state]) => state),
  })
  const line: Line = {
    kind: 'restart',
    order: order.order,
    slots: roomFor(order),
    within: limit(1),
    step: async (node) => {
      const why = closed() ?? (await turns.begin(node))
      if (why !== undefined) return leftAlone(run, node, why)
      const result = await updateNode(run, node)
      await turns.end(node)
      return result
    },
    leaveOut: (node, why) => skip(run, node, why),
    results,
  }
  const free = guarded.filter((node) => !needsTurn(node)).map(({ name }) => name)
  await Promise.all([takeInLine(run, free, line), takeTurns(run, inTurns, { ...line, stuck: new Map() })])
  await run.giveLocks()
}

/** Those that may be begun with; the others say why not. */
async function mayBegin(
  run: UnderWay,
  hindrance: NodeFailure | undefined,
  pending: readonly PendingNode[],
  results: AwaitedResults,
): Promise<readonly PendingNode[]> {
  const due: PendingNode[] = []
  for (const node of pending) {
    const isMixed = node.pending.some(({ address }) => !UPDATE.test(address))
    const why = hindrance ?? (isMixed ? OTHERWISE : undefined)
    if (why === undefined) due.push(node)
    else results.set(node.name, await leftAlone(run, node.name, why))
  }
  return due
}

async function leftAlone(run: UnderWay, node: string, why: NodeFailure): Promise<NodeResult> {
  await run.delivery.release(node)
  return refused(why)
}

async function updateNode(run: UnderWay, node: string): Promise<NodeResult> {
  const result = await convergeNode(run, node)
  if (!isThrough(result) || !result.reboot) return result
  return combined(result, await rebootNode(run, node))
}
