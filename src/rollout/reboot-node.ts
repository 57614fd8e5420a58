/** Starts one node anew and finishes what waited for it. */
import { EMPTY_SUMMARY, type Summary } from '../events/event.ts'
import { reasonOf } from '../support/reason.ts'
import { combined, convergeNode } from './converge-node.ts'
import type { UnderWay } from './under-way.ts'
import type { NodeResult } from './work.ts'

const REBOOT_PATIENCE_SECONDS = 300
/** The node counts it as due, and not as changed. */
const RESTARTED: Summary = { ...EMPTY_SUMMARY, changed: 1 }

/** Changed, and not in force before a restart that did not come. */
export function notRebooted(why: string): NodeResult {
  const failure = {
    message: `it has to be started anew, and ${why}`,
    fix: 'mend the first failure, then run bramble apply again',
  }
  return { summary: EMPTY_SUMMARY, failure, ending: 'skipped', reboot: false }
}

/** Afterwards the node is looked at and converged once more. */
export async function rebootNode(run: UnderWay, node: string): Promise<NodeResult> {
  if (run.isStopped()) return notRebooted('the run was interrupted before that')
  run.emit({ type: 'phase-started', node, phase: 'reboot' })
  try {
    await run.timed(node, () => run.delivery.reboot(node, REBOOT_PATIENCE_SECONDS))
  } catch (error) {
    const fix = `look at ${node}'s power and screen, then run bramble apply again`
    return failed({ message: reasonOf(error), fix })
  }
  const seen = await run.timed(node, () => run.delivery.observe(node))
  if (!seen.reached) return failed(seen)
  if (seen.pending.length === 0) return { summary: RESTARTED, reboot: false, since: new Date() }
  const result = combined({ summary: RESTARTED, reboot: false }, await convergeNode(run, node))
  if (!result.reboot) return result
  return {
    ...result,
    ...failed({
      message: 'it asks for another restart right after one',
      fix: `bramble plan --node ${node} says why`,
    }),
    summary: result.summary,
  }
}

function failed(failure: NonNullable<NodeResult['failure']>): NodeResult {
  return { summary: EMPTY_SUMMARY, failure, reboot: false }
}
