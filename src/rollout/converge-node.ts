/** Changes one node, and puts the results of its steps together. */
import { addSummaries } from '../events/event.ts'
import { INTERRUPTED, skipped } from './skipped.ts'
import type { UnderWay } from './under-way.ts'
import type { Convergence, NodeResult } from './work.ts'

/** The results by node; a node that was not reached in its turn says why. */
export type NodeResults = Map<string, NodeResult>

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

/** Gives a node back whose turn does not come, and says why. */
export async function skip(run: UnderWay, node: string, why: string): Promise<NodeResult> {
  await run.delivery.release(node)
  return skipped(run.isStopped() ? INTERRUPTED : why)
}

/** Adds what a second look changed to a first result. */
export function combined(first: NodeResult, second: NodeResult): NodeResult {
  return { ...second, summary: addSummaries(first.summary, second.summary) }
}
