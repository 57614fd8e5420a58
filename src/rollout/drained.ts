/** Steps that others would notice: the work of the node is moved off before, and comes back after. */
import { rolloutCodes } from '../diagnostics/catalogue/rollout.ts'
import type { Drain } from '../engines/contract.ts'
import { reasonOf } from '../support/reason.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough, type NodeResult } from './work.ts'

/** What nodes go through. */
export type StepKind = 'change' | 'restart'

/** What of a node's work a step takes out of service, and how. */
export interface Missed {
  readonly why: Parameters<Drain['before']>[1]
  readonly drains: readonly Drain[]
}

/** What others would miss of a node in a step of this kind. What is only created has no work yet; a restart takes all. */
export async function missedIn(kind: StepKind, run: UnderWay, node: string): Promise<Missed> {
  const own = (run.drains ?? []).filter((one) => one.node === node)
  if (kind === 'restart') return { why: 'restart', drains: own }
  const seen = own.length === 0 ? undefined : await run.looks.get(node)
  const changes = seen?.reached === true ? seen.pending.filter(({ action }) => action !== 'create') : []
  const drains = own.filter((one) => changes.some(({ address }) => one.interruptedBy(address)))
  const isRemoval = changes.some(
    ({ action, address }) => action === 'remove' && drains.some((one) => one.interruptedBy(address)),
  )
  return { why: isRemoval ? 'removal' : 'change', drains }
}

/** Moves the work off. Where that fails the step is taken all the same, and it is told. */
export async function drain(run: UnderWay, node: string, { why, drains }: Missed): Promise<void> {
  if (run.isStopped()) return
  for (const one of drains) {
    const { name: engine } = one
    run.emit({ type: 'phase-started', node, phase: 'wait', detail: `${engine}: its work moves to others` })
    try {
      await run.timed(node, () => one.before(run.delivery.link, why))
    } catch (error) {
      const { code, summary } = rolloutCodes.NODE_NOT_DRAINED({ node, engine, reason: reasonOf(error) })
      run.emit({ type: 'warning', node, code, text: summary })
    }
  }
}

/** Lets work come back after the step, however it ended: the engine knows whether the node is there. */
export async function undrain(
  run: UnderWay,
  node: string,
  { why, drains }: Missed,
  result: NodeResult,
): Promise<NodeResult> {
  // Its program is still at work; who has left gets nothing.
  if (why === 'removal' || result.ending === 'unfinished') return result
  for (const one of drains) {
    try {
      await run.timed(node, () => one.after(run.delivery.link))
    } catch (error) {
      if (!isThrough(result)) continue
      const details = { node, engine: one.name, reason: reasonOf(error) }
      const { code, summary: message, why: reason, fix } = rolloutCodes.NODE_STAYS_DRAINED(details)
      return { ...result, failure: { code, message, why: reason, fix } }
    }
  }
  return result
}

/** The step between both. */
export async function whileDrained(
  run: UnderWay,
  node: string,
  missed: Missed,
  step: () => Promise<NodeResult>,
): Promise<NodeResult> {
  await drain(run, node, missed)
  return undrain(run, node, missed, await step())
}
