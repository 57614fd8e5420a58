/**
 * Changes the nodes that differ. Free ones at once behind a canary. In a consensus group those that join go first; once they vote, the
 * members that stay and those that leave take turns.
 */
import { rolloutCodes } from '../diagnostics/catalogue/rollout.ts'
import { limit, type Limit } from '../support/limit.ts'
import { combined, convergeNode, skipAll, type NodeResults } from './converge-node.ts'
import { awaitReturns } from './in-turn.ts'
import { rebootNode } from './reboot-node.ts'
import { refused } from './skipped.ts'
import { splitByGuard, type Split } from './split.ts'
import { takeTurns } from './take-turns.ts'
import { poll } from '../support/poll.ts'
import { isRemoved, waves, type GuardedNode, type PendingNode, type Wave } from './turns.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough } from './work.ts'

/** Changes all pending nodes and gives the results. */
export async function convergeNodes(run: UnderWay, pending: readonly PendingNode[]): Promise<NodeResults> {
  const results: NodeResults = new Map()
  const within = limit(run.concurrency)
  const later = await convergeSplit(run, await splitByGuard(run, pending), within, results)
  if (later.length === 0) return results
  await awaitGroups(run, results)
  const rest = await splitByGuard(run, later)
  const held = rest.later.filter((node) => run.groups.some((group) => isRemoved(node, group)))
  const free = [...rest.free, ...rest.later.filter((node) => !held.includes(node))]
  await convergeSplit(run, { ...rest, free, later: [] }, within, results)
  for (const { name } of held) {
    await run.delivery.release(name)
    results.set(name, refused(MAY_BE_NEEDED))
  }
  return results
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
  { inTurns, joining, free, later, replaced }: Split,
  within: Limit,
  results: NodeResults,
): Promise<readonly PendingNode[]> {
  await refuseReplaced(run, replaced, results)
  await Promise.all([
    ...waves(free).map((wave) => convergeWave(run, wave, within, results)),
    convergeGroups(run, inTurns, joining, within, results),
  ])
  return later
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

async function convergeWave(run: UnderWay, wave: Wave, within: Limit, results: NodeResults): Promise<void> {
  if (wave.canary !== undefined) {
    const canary = wave.canary
    const result = await within(() => convergeNode(run, canary))
    results.set(canary, result)
    if (!isThrough(result)) {
      await skipAll(run, wave.rest, `${canary} went first and did not come through`, results)
      return
    }
  }
  await Promise.all(
    wave.rest.map(async (node) => results.set(node, await within(() => convergeNode(run, node)))),
  )
}

/** Grow, then turns; who leaves does so in its turn, once those that join vote. */
async function convergeGroups(
  run: UnderWay,
  inTurns: readonly GuardedNode[],
  joining: readonly GuardedNode[],
  within: Limit,
  results: NodeResults,
): Promise<void> {
  await Promise.all(
    joining.map(async (node) => {
      const result = await within(() => convergeNode(run, node.name))
      results.set(node.name, await awaitVotes(run, node, result))
    }),
  )
  const stuck = new Map(
    joining
      .filter(({ name }) => !isThrough(results.get(name)))
      .flatMap(({ name, parts }) => [...parts.keys()].map((group) => [group, name] as const)),
  )
  await takeTurns(run, inTurns, {
    step: (node) => changeInTurn(run, node),
    leaveOut: (nodes, because) => skipAll(run, nodes, `it was not touched, because of ${because}`, results),
    stuck,
    results,
  })
  await run.giveLocks()
}

async function awaitVotes(
  run: UnderWay,
  { name, parts }: GuardedNode,
  result: Awaited<ReturnType<typeof convergeNode>>,
): Promise<typeof result> {
  if (!isThrough(result)) return result
  const since = result.since ?? new Date()
  return run.timed(name, () => awaitReturns(run, name, parts, since, result))
}

/** A restart that is due belongs to the same turn: its group misses it once. */
async function changeInTurn(run: UnderWay, node: string): ReturnType<typeof convergeNode> {
  const result = await convergeNode(run, node)
  return isThrough(result) && result.reboot ? combined(result, await rebootNode(run, node)) : result
}
