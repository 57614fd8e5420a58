/** Changes the nodes that differ: free ones at once behind a canary, members of a consensus group one at a time. */
import type { GroupState, QuorumGroup } from '../engines/contract.ts'
import { addSummaries } from '../events/event.ts'
import { limit, type Limit } from '../support/limit.ts'
import { nextInTurn } from './guard.ts'
import { inTurn } from './in-turn.ts'
import { INTERRUPTED, skipped } from './skipped.ts'
import { interruptedGroups, waves, type PendingNode, type Wave } from './turns.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough, type Convergence, type NodeResult } from './work.ts'

/** The results by node; a node that was not reached in its turn says why. */
export type NodeResults = Map<string, NodeResult>

/** Changes all pending nodes and gives the results. */
export async function convergeNodes(run: UnderWay, pending: readonly PendingNode[]): Promise<NodeResults> {
  const results: NodeResults = new Map()
  const { guarded, free } = await splitByGuard(run, pending)
  const within = limit(run.concurrency)
  await Promise.all([
    ...waves(free).map((wave) => convergeWave(run, wave, within, results)),
    convergeInTurns(run, guarded, results),
  ])
  return results
}

/** A member with its groups. */
interface GuardedNode {
  readonly name: string
  readonly groups: readonly QuorumGroup[]
}

/** Who changes in turn because a consensus group would lose it for a while, and who is free. */
export async function splitByGuard(
  run: UnderWay,
  pending: readonly PendingNode[],
): Promise<{ guarded: GuardedNode[]; free: PendingNode[] }> {
  const states = new Map<QuorumGroup, Promise<GroupState>>()
  const isFormed = async (group: QuorumGroup): Promise<boolean> => {
    const state = states.get(group) ?? group.observe(run.delivery.link)
    states.set(group, state)
    const { formed, isUnbelieved } = await state
    return formed && isUnbelieved !== true
  }
  const guarded: GuardedNode[] = []
  const free: PendingNode[] = []
  for (const node of pending) {
    const groups: QuorumGroup[] = []
    for (const group of interruptedGroups(node, run.groups)) if (await isFormed(group)) groups.push(group)
    if (groups.length > 0) guarded.push({ name: node.name, groups })
    else free.push(node)
  }
  return { guarded, free }
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

/** Whoever shares a group with a member that did not come through is not touched; other groups go on. */
async function convergeInTurns(
  run: UnderWay,
  guarded: readonly GuardedNode[],
  results: NodeResults,
): Promise<void> {
  const waiting = new Map(guarded.map((node) => [node.name, node]))
  while (waiting.size > 0) {
    const groups = [...new Set([...waiting.values()].flatMap((node) => node.groups))]
    const states = await Promise.all(groups.map((group) => group.observe(run.delivery.link)))
    const name = nextInTurn([...waiting.keys()], states) as string
    const node = waiting.get(name) as GuardedNode
    waiting.delete(name)
    const result = await inTurn(run, node.name, node.groups, () => convergeNode(run, node.name))
    results.set(name, result)
    if (isThrough(result)) continue
    const related = [...waiting.values()].filter((other) =>
      other.groups.some((group) => node.groups.includes(group)),
    )
    for (const other of related) waiting.delete(other.name)
    await skipAll(
      run,
      related.map((other) => other.name),
      `it was not touched, because of ${name}`,
      results,
    )
  }
  await run.giveLocks()
}

/** Changes one node. Never rejects. */
export async function convergeNode(run: UnderWay, node: string): Promise<NodeResult> {
  if (run.isStopped()) {
    await run.delivery.release(node)
    return skipped(INTERRUPTED)
  }
  return resultOf(await run.timed(node, () => run.delivery.converge(node)))
}

function resultOf({ node, summary, failure, goesOn, reboot }: Convergence): NodeResult {
  const since = new Date()
  if (failure)
    return { summary, failure, reboot: false, since, ...(goesOn && { ending: 'unfinished' as const }) }
  if (summary.failed > 0) {
    const message = `${summary.failed} of its resources failed`
    const fix = `mend what the failed resources say, then run bramble apply --node ${node}`
    return { summary, failure: { message, fix }, reboot: false, since }
  }
  return { summary, reboot, since }
}

async function skipAll(
  run: UnderWay,
  nodes: readonly string[],
  why: string,
  results: NodeResults,
): Promise<void> {
  for (const node of nodes) {
    await run.delivery.release(node)
    results.set(node, skipped(run.isStopped() ? INTERRUPTED : why))
  }
}

/** Adds what a second look changed to a first result. */
export function combined(first: NodeResult, second: NodeResult): NodeResult {
  return { ...second, summary: addSummaries(first.summary, second.summary) }
}
