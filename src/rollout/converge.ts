/**
 * Changes the nodes that differ. Free ones in the order of the run, behind a canary and by their pace. In a consensus group those that join go
 * first; once they vote, the members that stay and those that leave take turns.
 */
import { rolloutCodes } from '../diagnostics/catalogue/rollout.ts'
import { limit, type Limit } from '../support/limit.ts'
import { poll } from '../support/poll.ts'
import type { AwaitedResults } from './awaited-results.ts'
import { combined, convergeNode, skip, type NodeResults } from './converge-node.ts'
import { missedIn, whileDrained } from './drained.ts'
import { awaitReturns } from './in-turn.ts'
import { takeInLine, type Line } from './line.ts'
import { rebootNode } from './reboot-node.ts'
import { orderOfChanges, roomFor } from './run-order.ts'
import { refused } from './skipped.ts'
import { splitByGuard, type Split } from './split.ts'
import { takeTurns } from './take-turns.ts'
import { groupsToGrow, isRemoved, type GuardedNode, type PendingNode } from './turns.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough, type NodeResult } from './work.ts'

/** Changes all pending nodes, and adds what came of them to the results, which may hold those of other nodes already. */
export async function convergeNodes(
  run: UnderWay,
  pending: readonly PendingNode[],
  results: AwaitedResults,
): Promise<void> {
  const within = limit(run.concurrency)
  const parts = { pending, within, results }
  const later = await convergeSplit(run, await splitByGuard(run, pending), parts)
  if (later.length === 0) return
  await awaitGroups(run, results)
  const rest = await splitByGuard(run, later)
  const held = rest.later.filter((node) => run.groups.some((group) => isRemoved(node, group)))
  const free = [...rest.free, ...rest.later.filter((node) => !held.includes(node))]
  await convergeSplit(run, { ...rest, free, later: [] }, parts)
  for (const { name } of held) {
    await run.delivery.release(name)
    results.set(name, refused(MAY_BE_NEEDED))
  }
}

interface Parts {
  readonly pending: readonly PendingNode[]
  readonly within: Limit
  readonly results: AwaitedResults
}

const MAY_BE_NEEDED = {
  message: 'what is to be removed may be a member of a group of which nobody answers',
  why: 'without it the group may have lost its majority for good',
  fix: 'bring the other members back, then run bramble apply again',
}

/** Those that were started speak soon. */
async function awaitGroups(run: UnderWay, results: NodeResults): Promise<void> {
  const begun = run.groups.filter(({ wanted }) => wanted.some((node) => isThrough(results.get(node))))
  await Promise.all(
    begun.map((group) =>
      poll(
        async () => {
          const { isLed, detail } = await run.observeGroup(group)
          return { passed: isLed, detail }
        },
        {
          patienceSeconds: group.patienceSeconds,
          signal: run.signal,
          clock: run.clock,
          waits: run.waitsFor('cluster', group.name, group.patienceSeconds),
        },
      ),
    ),
  )
}

/** Gives those that come later. */
async function convergeSplit(
  run: UnderWay,
  split: Split,
  { pending, within, results }: Parts,
): Promise<readonly PendingNode[]> {
  await refuseReplaced(run, split.replaced, results)
  const order = orderOfChanges(run.nodes, split, { pending, ended: results.keys(), states: split.states })
  const line: Line = {
    kind: 'change',
    order: order.order,
    slots: roomFor(order),
    within,
    step: (node) => convergeNode(run, node),
    leaveOut: (node, why) => skip(run, node, why),
    results,
  }
  const names = split.free.map(({ name }) => name)
  await Promise.all([takeInLine(run, names, line), convergeGroups(run, split, line)])
  return split.later
}

/** New members would begin anew, beside those that they are to replace. */
async function refuseReplaced(
  run: UnderWay,
  replaced: Split['replaced'],
  results: NodeResults,
): Promise<void> {
  for (const { nodes, ...details } of replaced) {
    const { code, summary: message, why, fix } = rolloutCodes.GROUP_REPLACED_WHOLE(details)
    for (const node of nodes) {
      await run.delivery.release(node)
      results.set(node, refused({ code, message, why, fix }))
    }
  }
}

/** Grow, then turns; who leaves does so in its turn, once those that join vote. */
async function convergeGroups(run: UnderWay, { inTurns, joining, free }: Split, line: Line): Promise<void> {
  const { results } = line
  const byName = new Map(joining.map((node) => [node.name, node]))
  await takeInLine(run, [...byName.keys()], {
    ...line,
    step: async (name) => awaitVotes(run, byName.get(name) as GuardedNode, await convergeNode(run, name)),
  })
  const stuck = new Map(
    joining
      .filter(({ name }) => !isThrough(results.get(name)))
      .flatMap(({ name, parts }) => [...parts.keys()].map((group) => [group, name] as const)),
  )
  for (const { name, wanted } of groupsToGrow(inTurns)) {
    const ready = free.filter((node) => wanted.includes(node.name))
    await results.all(ready.map((node) => node.name))
    if (!run.isStopped()) await run.grow(name)
  }
  await takeTurns(run, inTurns, { ...line, step: (node) => changeInTurn(run, node), stuck })
  await run.giveLocks()
}

async function awaitVotes(
  run: UnderWay,
  { name, parts }: GuardedNode,
  result: NodeResult,
): Promise<NodeResult> {
  if (!isThrough(result)) return result
  const since = result.since ?? new Date()
  return run.timed(name, () => awaitReturns(run, name, parts, since, result))
}

/** A restart that is due belongs to the same turn: its group misses it once. */
async function changeInTurn(run: UnderWay, node: string): Promise<NodeResult> {
  const result = await convergeNode(run, node)
  if (!isThrough(result) || !result.reboot) return result
  const restart = (): Promise<NodeResult> => rebootNode(run, node)
  return combined(result, await whileDrained(run, node, await missedIn('restart', run, node), restart))
}
