/** Results of nodes that were not touched, and why. */
import { EMPTY_SUMMARY } from '../events/event.ts'
import type { NodeFailure, NodeResult } from './work.ts'

/** Why a node is left out once somebody has stopped the run. */
export const INTERRUPTED = 'the run was interrupted before its turn'

/** A node that was not touched, because of another one or of an interrupt. */
export function skipped(message: string): NodeResult {
  const fix =
    message === INTERRUPTED
      ? 'run bramble apply again'
      : 'mend the first failure, then run bramble apply again'
  return { summary: EMPTY_SUMMARY, failure: { message, fix }, ending: 'skipped', reboot: false }
}

/** A node whose turn did not come. */
export function refused(failure: NodeFailure): NodeResult {
  return { summary: EMPTY_SUMMARY, failure, reboot: false }
}
