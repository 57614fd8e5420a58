/** Changes the nodes that differ: free ones at once behind a canary, members of a consensus group one at a time. */
import type { GroupState, QuorumGroup } from '../engines/contract.ts'
import { EMPTY_SUMMARY, addSummaries } from '../events/event.ts'
import { limit, type Limit } from '../support/limit.ts'
import { nextInTurn, waitForReturn, waitForTurn } from './guard.ts'
import { interruptedGroups, waves, type PendingNode } from './turns.ts'
import type { Convergence, NodeResult, Rollout } from './work.ts'

/** The results by node; a node that was not reached in its turn says why. */
export type NodeResults = Map<string, NodeResult>

/** Changes all pending nodes and gives the results. */
export async function convergeNodes(rollout: Rollout, pending: readonly PendingNode[]): Promise<NodeResults> {
  const results: NodeResults = new Map()
  const { guarded, free } = await split(rollout, pending)
  const within = limit(rollout.concurrency)
  await Promise.all([
    ...waves(free).map((wave) => convergeWave(rollout, wave, within, results)),
    convergeInTurns(rollout, guarded, results),
  ])
  return results
}

/** A member with its groups. */
interface GuardedNode {
  readonly name: string
  readonly groups: readonly QuorumGroup[]
}

async function split(
  rollout: Rollout,
  pending: readonly PendingNode[],
): Promise<{ guarded: GuardedNode[]; free: PendingNode[] }> {
  const states = new Map<QuorumGroup, Promise<GroupState>>()
  const isFormed = async (group: QuorumGroup): Promise<boolean> => {
    const state = states.get(group) ?? group.observe(rollout.delivery.link)
    states.set(group, state)
    const { formed, isUnbelieved } = await state
    return formed && isUnbelieved !== true
  }
  const guarded: GuardedNode[] = []
  const free: PendingNode[] = []
  for (const node of pending) {
    const groups: QuorumGroup[] = []
    for (const group of interruptedGroups(node, rollout.groups)) if (await isFormed(group)) groups.push(group)
    if (groups.length > 0) guarded.push({ name: node.name, groups })
    else free.push(node)
  }
  return { guarded, free }
}

async function convergeWave(
  rollout: Rollout,
  wave: { readonly canary: string | undefined; readonly rest: readonly string[] },
  within: Limit,
  results: NodeResults,
): Promise<void> {
  if (wave.canary !== undefined) {
    const canary = wave.canary
    const result = await within(() => convergeNode(rollout, canary))
    results.set(canary, result)
    if (result.failure) {
      await skip(rollout, wave.rest, `${canary} went first and failed`, results)
      return
    }
  }
  await Promise.all(
    wave.rest.map(async (node) => results.set(node, await within(() => convergeNode(rollout, node)))),
  )
}

async function convergeInTurns(
  rollout: Rollout,
  guarded: readonly GuardedNode[],
  results: NodeResults,
): Promise<void> {
  const waiting = new Map(guarded.map((node) => [node.name, node]))
  while (waiting.size > 0) {
    const groups = [...new Set([...waiting.values()].flatMap((node) => node.groups))]
    const states = await Promise.all(groups.map((group) => group.observe(rollout.delivery.link)))
    const name = nextInTurn([...waiting.keys()], states) as string
    const node = waiting.get(name) as GuardedNode
    waiting.delete(name)
    const result = await inTurn(rollout, node.name, node.groups, () => convergeNode(rollout, node.name))
    results.set(name, result)
    if (result.failure) {
      await skip(rollout, [...waiting.keys()], `it was not touched, because of ${name}`, results)
      return
    }
  }
}

/** Takes a member through a step: only while it can be spared, and until it is back. */
export async function inTurn(
  rollout: Rollout,
  node: string,
  groups: readonly QuorumGroup[],
  step: () => Promise<NodeResult>,
): Promise<NodeResult> {
  const { link } = rollout.delivery
  for (const group of groups) {
    rollout.emit({ type: 'phase-started', node, phase: 'wait', detail: group.name })
    const turn = await waitForTurn(group, link, node, rollout.signal)
    if (!turn.passed) {
      await rollout.delivery.release(node)
      return refused(
        `${group.name}: ${turn.detail}`,
        'bring the other members back, then run bramble apply again',
      )
    }
  }
  const since = new Date()
  const result = await step()
  if (result.failure || result.reboot) return result
  // Who is no longer wanted as a member does not come back.
  const stays = groups.filter(({ members }) => members.includes(node))
  return awaitReturn(rollout, node, stays, since, result)
}

/** Waits until a member is back in all its groups after `since`. */
export async function awaitReturn(
  rollout: Rollout,
  node: string,
  groups: readonly QuorumGroup[],
  since: Date,
  result: NodeResult,
): Promise<NodeResult> {
  for (const group of groups) {
    rollout.emit({ type: 'phase-started', node, phase: 'gate', detail: group.name })
    const back = await waitForReturn(group, rollout.delivery.link, node, since, rollout.signal)
    if (!back.passed) {
      return {
        ...result,
        failure: {
          message: `${group.name}: ${node} did not come back within ${group.patienceSeconds} s: ${back.detail}`,
          fix: `look at it with bramble ssh ${node}, then run bramble apply again`,
        },
      }
    }
    rollout.emit({ type: 'gate-passed', node, gate: group.name, detail: back.detail })
  }
  return result
}

/** Changes one node. Never rejects. */
export async function convergeNode(rollout: Rollout, node: string): Promise<NodeResult> {
  if (rollout.signal?.aborted) {
    await rollout.delivery.release(node)
    return refused('the run was interrupted before its turn', 'run bramble apply again')
  }
  return resultOf(await rollout.delivery.converge(node))
}

function resultOf({ node, summary, failure, reboot }: Convergence): NodeResult {
  if (failure) return { summary, failure, reboot: false }
  if (summary.failed > 0) {
    const message = `${summary.failed} of its resources failed`
    const fix = `mend what the failed resources say, then run bramble apply --node ${node}`
    return { summary, failure: { message, fix }, reboot: false }
  }
  return { summary, reboot }
}

function refused(message: string, fix: string): NodeResult {
  return { summary: EMPTY_SUMMARY, failure: { message, fix }, reboot: false }
}

async function skip(
  rollout: Rollout,
  nodes: readonly string[],
  why: string,
  results: NodeResults,
): Promise<void> {
  for (const node of nodes) {
    await rollout.delivery.release(node)
    results.set(node, refused(why, 'mend the first failure, then run bramble apply again'))
  }
}

/** Adds what a second look changed to a first result. */
export function combined(first: NodeResult, second: NodeResult): NodeResult {
  return { ...second, summary: addSummaries(first.summary, second.summary) }
}
