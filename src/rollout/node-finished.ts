/** Tells how a node ended: what was seen of it and what was done to it, in one event. */
import { EMPTY_SUMMARY, type Outcome } from '../events/event.ts'
import type { NodeFailure, NodeResult, Observation, Rollout } from './work.ts'

/** A node's result with what was as wanted already counted in. */
export type FinishedNode = Omit<NodeResult, 'reboot'>

/** Is the look at the node all there is to it in this run? */
export function isFinishedByLook(rollout: Pick<Rollout, 'mode'>, seen: Observation): boolean {
  return rollout.mode === 'plan' || !seen.reached || seen.pending.length === 0
}

/** Puts together what was seen and what was done. Without a result, what would change counts as changed. */
export function finishedNode(seen: Observation, result?: NodeResult): FinishedNode {
  if (!seen.reached) return { summary: EMPTY_SUMMARY, failure: seen }
  const wanted = seen.pending.filter(({ action }) => action !== 'remove').length
  const unchanged = Math.max(0, seen.size - wanted)
  if (!result) return { summary: { ...EMPTY_SUMMARY, unchanged, changed: seen.pending.length } }
  return { summary: { ...result.summary, unchanged }, ...(result.failure && { failure: result.failure }) }
}

/** Emits `node-finished`. */
export function tellFinished(rollout: Pick<Rollout, 'emit'>, node: string, finished: FinishedNode): void {
  const { summary, failure } = finished
  const outcome: Outcome = failure ? 'failed' : summary.changed > 0 ? 'changed' : 'unchanged'
  rollout.emit({
    type: 'node-finished',
    node,
    outcome,
    summary,
    ...(failure && told(failure)),
  })
}

function told({ message, code, why, fix, output = [] }: NodeFailure): NodeFailure {
  return {
    message,
    ...(code !== undefined && { code }),
    ...(why !== undefined && { why }),
    ...(fix !== undefined && { fix }),
    ...(output.length > 0 && { output }),
  }
}
