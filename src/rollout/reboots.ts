/** Starts nodes anew that have to be; members of a consensus group take the same turns as for any other step. */
import { limit } from '../support/limit.ts'
import { combined, type NodeResults } from './converge-node.ts'
import { notRebooted, rebootNode } from './reboot-node.ts'
import { takeTurns } from './take-turns.ts'
import { needsTurn, partIn, type GuardedNode, type Part } from './turns.ts'
import type { RaftGroup } from '../engines/contract.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough, type NodeResult } from './work.ts'

/** Reboots every node whose result asks for it; afterwards the node is looked at and converged once more. */
export async function rebootNodes(run: UnderWay, results: NodeResults): Promise<void> {
  const due = new Map([...results].filter(([, result]) => result.reboot && isThrough(result)))
  const guarded = due.size === 0 ? [] : await memberships(run, [...due.keys()])
  const within = limit(run.concurrency)
  const put = (node: string, after: NodeResult): void => {
    results.set(node, combined(due.get(node) as NodeResult, after))
  }
  const inTurns = guarded.filter(needsTurn)
  const free = guarded.filter((node) => !needsTurn(node))
  await Promise.all(free.map(({ name }) => within(async () => put(name, await rebootNode(run, name)))))
  const after: NodeResults = new Map()
  await takeTurns(run, inTurns, {
    step: (node) => rebootNode(run, node),
    leaveOut: (nodes, because) => {
      for (const node of nodes) after.set(node, notRebooted(`it was not, because of ${because}`))
      return Promise.resolve()
    },
    stuck: new Map(),
    results: after,
  })
  for (const [node, result] of after) put(node, result)
  await run.giveLocks()
}

/** Each node with the groups in which it votes now, or is to. */
async function memberships(run: UnderWay, nodes: readonly string[]): Promise<GuardedNode[]> {
  const states = await Promise.all(
    run.groups.map(async (group) => [group, await run.observeGroup(group)] as const),
  )
  return nodes.map((name) => {
    const parts = new Map<RaftGroup, Part>()
    for (const [group, state] of states) {
      const part = partIn(name, group, state)
      // A restart is no departure.
      if (part !== undefined) parts.set(group, part === 'leaves' ? 'stays' : part)
    }
    return { name, parts }
  })
}
