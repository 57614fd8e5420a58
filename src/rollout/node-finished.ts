/** Tells how a node ended: what was seen of it and what was done to it, in one event. */
import { EMPTY_SUMMARY, type NodeOutcome } from '../events/event.ts'
import type { UnderWay } from './under-way.ts'
import type { NodeFailure, NodeResult, Observation } from './work.ts'

/** A node's result with what was as wanted already counted in. */
export type FinishedNode = Pick<NodeResult, 'summary' | 'failure' | 'ending'>

/** Is the look at the node all there is to it in this run? A node with gates may be waited for although nothing on it changes. */
export function isFinishedByLook(
  { mode, gates }: Pick<UnderWay, 'mode' | 'gates'>,
  seen: Observation,
): boolean {
  if (mode === 'plan' || !seen.reached) return true
  return seen.pending.length === 0 && !waits(seen) && gates.every(({ node }) => node !== seen.node)
}

/** Is something of it left for a further round? */
export function waits(seen: Observation): boolean {
  return seen.reached && (seen.waitsFor ?? []).length > 0
}

/** Puts together what was seen and what was done. Without a result, what would change counts as changed. */
export function finishedNode(seen: Observation, result?: NodeResult): FinishedNode {
  if (!seen.reached) return { summary: EMPTY_SUMMARY, failure: seen }
  const wanted = seen.pending.filter(({ action }) => action !== 'remove').length
  const unchanged = Math.max(0, seen.size - wanted)
  // What is left for a further round is not known to be as wanted.
  const left = waits(seen) ? Math.max(1, seen.waiting?.length ?? 0) : 0
  if (!result) return { summary: { ...EMPTY_SUMMARY, unchanged, changed: seen.pending.length + left } }
  const { failure, ending, summary } = result
  return { summary: { ...summary, unchanged }, ...(failure && { failure }), ...(ending && { ending }) }
}

/** What became of it, in one word. */
export function outcomeOf({ summary, failure, ending }: FinishedNode): NodeOutcome {
  return ending ?? (failure ? 'failed' : summary.changed > 0 ? 'changed' : 'unchanged')
}

/** Emits `node-finished`. */
export function tellFinished(run: UnderWay, node: string, finished: FinishedNode): void {
  const { summary, failure } = finished
  run.emit({
    type: 'node-finished',
    node,
    outcome: outcomeOf(finished),
    summary,
    seconds: run.secondsOf(node),
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
