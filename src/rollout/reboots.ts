/** Starts nodes anew that have to be: in the order of the run, by their pace; members of a consensus group in turns, as for any other step. */
import type { RaftGroup } from '../engines/contract.ts'
import type { GroupState } from '../engines/raft-group.ts'
import { limit } from '../support/limit.ts'
import { AwaitedResults } from './awaited-results.ts'
import { combined, type NodeResults } from './converge-node.ts'
import { takeInLine, type Line } from './line.ts'
import { notRebooted, rebootNode } from './reboot-node.ts'
import { orderOfReboots, roomFor } from './run-order.ts'
import { takeTurns } from './take-turns.ts'
import { needsTurn, partIn, type Part } from './turns.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough, type NodeResult } from './work.ts'

/** Reboots every node whose result asks for it; afterwards the node is looked at and converged once more. */
export async function rebootNodes(run: UnderWay, results: NodeResults): Promise<void> {
  const due = new Map([...results].filter(([, result]) => result.reboot && isThrough(result)))
  if (due.size === 0) return
  const states = await Promise.all(
    run.groups.map(async (group) => [group, await run.observeGroup(group)] as const),
  )
  const guarded = [...due.keys()].map((name) => ({ name, parts: partsOf(name, states) }))
  const inTurns = guarded.filter(needsTurn)
  const order = orderOfReboots(run.nodes, guarded, {
    inTurns,
    fresh: await neverChanged(run, [...due.keys()]),
    states: states.map(([, state]) => state),
  })
  const after = new AwaitedResults()
  const line: Line = {
    kind: 'restart',
    order: order.order,
    slots: roomFor(order),
    within: limit(run.concurrency),
    step: (node) => rebootNode(run, node),
    leaveOut: (_, why) => Promise.resolve(notRebooted(why)),
    results: after,
  }
  const free = guarded.filter((node) => !needsTurn(node)).map(({ name }) => name)
  await Promise.all([takeInLine(run, free, line), takeTurns(run, inTurns, { ...line, stuck: new Map() })])
  for (const [node, result] of after) results.set(node, combined(due.get(node) as NodeResult, result))
  await run.giveLocks()
}

/** Nodes that no run had changed before this one: nobody has come to rely on them. */
async function neverChanged(run: UnderWay, nodes: readonly string[]): Promise<ReadonlySet<string>> {
  const seen = await Promise.all(nodes.flatMap((node) => run.looks.get(node) ?? []))
  return new Set(seen.flatMap((look) => (look.reached && !look.isManaged ? [look.node] : [])))
}

/** The groups in which a node votes now, or is to. A restart is no departure. */
export function partsOf(
  node: string,
  states: readonly (readonly [RaftGroup, GroupState])[],
): ReadonlyMap<RaftGroup, Part> {
  return new Map(
    states.flatMap(([group, state]) => {
      const part = partIn(node, group, state)
      return part === undefined ? [] : [[group, part === 'leaves' ? 'stays' : part] as const]
    }),
  )
}
