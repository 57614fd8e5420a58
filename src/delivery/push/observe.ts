/** Session 1: looks at a node, and clears away what keeps us from that. */
import type { Program } from '../../compile/compile.ts'
import { Bug } from '../../diagnostics/bug.ts'
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import type { DeliveryFailure } from '../transport/failure.ts'
import { noticed } from './carried-out.ts'
import { CheckSession } from './check-session.ts'
import type { Check, HeldObservation } from './check-session.ts'
import type { Observation, PushEvents, PushRun, Unreached } from './contract.ts'
import { talk } from './conversation.ts'
import { joinRun } from './join-run.ts'
import { ProgramReader } from './program-reader.ts'
import { talkFailure } from './push-failure.ts'
import { SCRIPTS } from './scripts.ts'
import { steadyClock } from '../../support/poll.ts'

/** How one node is observed. */
export interface ObserveOptions {
  /**
   * Keep the connection after the check for links to the node's ports, until `letGo` of the observation is called or
   * the transport is closed.
   */
  readonly link?: boolean
  /** Checksum of the runtime that the node has kept, as far as is known: its own fact `runtime`. */
  readonly runtime?: string | undefined
  /** A connection that an earlier run has kept will do, or one that was begun ahead; left out, the node has to let us in anew. */
  readonly mayBeKept?: boolean
}

/** At most so often somebody else's run is followed to its end or ended before we give up. */
const ATTEMPTS = 3
const OUST_SECONDS = 30
const LOCK_PAUSE_MILLISECONDS = 1000
const TOLERATED_CLOCK_SECONDS = 60

/** Refuses a run whose name or author could not stand in a lease. */
export function assertRun({ run, by, deadRuns = [] }: PushRun): void {
  for (const name of [run, ...deadRuns]) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
      throw new Bug(`a run cannot be called ${JSON.stringify(name)}`)
  }
  // eslint-disable-next-line no-control-regex
  if (by === '' || /[\u0000-\u001f\u007f]/.test(by)) throw new Bug('a run needs the name of somebody')
}

/**
 * Looks at one node; a `plan` leaves nothing behind, an `apply` takes the node for this run when something differs.
 * Never rejects for what a node or a network does.
 */
export async function observe(
  push: PushRun,
  program: Program,
  mode: 'plan' | 'apply',
  onEvent: PushEvents,
  options: ObserveOptions = {},
): Promise<HeldObservation | Unreached> {
  assertRun(push)
  const { node } = program
  onEvent({ type: 'phase-started', node, phase: 'connect' })
  let kept = options.runtime
  const patience = lockPatience(push, node, onEvent)
  for (let attempt = 1; ; attempt++) {
    const check = await checkOnce(push, program, mode, onEvent, { ...options, runtime: kept })
    if ('found' in check) {
      announce(check.found, onEvent)
      return check.found
    }
    const { failure, refusal } = check
    if (refusal?.type === 'busy' && (await patience(failure.summary))) {
      attempt--
      continue
    }
    if (attempt >= ATTEMPTS || refusal === undefined) return { reached: false, node, failure }
    if (refusal.type === 'absent') {
      kept = undefined
      continue
    }
    if (refusal.type === 'busy' && push.takeOver !== true) return { reached: false, node, failure }
    const uncleared =
      refusal.type === 'busy' ? await oust(push, program) : await join(push, program, refusal.run, onEvent)
    if (uncleared) return { reached: false, node, failure: uncleared }
  }
}

async function checkOnce(
  push: PushRun,
  program: Program,
  mode: 'plan' | 'apply',
  onEvent: PushEvents,
  { link = false, runtime, mayBeKept = false }: ObserveOptions,
): Promise<Check> {
  const look = (isKept: boolean): Promise<Check> =>
    new CheckSession(push, program, mode, onEvent).look(link, runtime, isKept)
  const check = await look(mayBeKept)
  if ('found' in check || !check.isLost || !mayBeKept || !push.transport.keepsConnections) return check
  // The connection may have died with nobody to notice: only a new one tells how the node is.
  return look(false)
}

/** Waits for whoever holds the node, as long as was said; false when the time is up, or nobody is to be waited for. */
function lockPatience(
  { waitLockSeconds = 0, takeOver, signal }: PushRun,
  node: string,
  onEvent: PushEvents,
): (who: string) => Promise<boolean> {
  const end = steadyClock.now() + waitLockSeconds * 1000
  const isStopped = (): boolean => signal?.aborted === true
  let isTold = false
  return async (who) => {
    if (takeOver === true || isStopped() || steadyClock.now() >= end) return false
    if (!isTold) onEvent({ type: 'phase-started', node, phase: 'wait', detail: who })
    isTold = true
    await steadyClock.pause(LOCK_PAUSE_MILLISECONDS, signal)
    return !isStopped()
  }
}

function announce(found: Observation, onEvent: PushEvents): void {
  const { node, facts, clockSeconds } = found
  onEvent({ type: 'node-connected', node, facts })
  if (clockSeconds !== undefined && Math.abs(clockSeconds) > TOLERATED_CLOCK_SECONDS) {
    const { code, summary, fix } = deliveryCodes.CLOCK_WRONG({ node, seconds: clockSeconds })
    onEvent({ type: 'warning', node, code, text: `${summary}; ${fix}` })
  }
  for (const said of found.notices) onEvent(noticed(node, said))
}

/** Follows a program whose controller is dead to its end. */
async function join(
  push: PushRun,
  { node }: Program,
  run: string,
  onEvent: PushEvents,
): Promise<DeliveryFailure | undefined> {
  const { code, summary } = deliveryCodes.RUN_JOINED({ node, run })
  onEvent({ type: 'warning', node, code, text: summary })
  onEvent({ type: 'phase-started', node, phase: 'wait', detail: `run ${run}` })
  return joinRun(push, node, run)
}

/** Takes the node away from whoever holds it. */
async function oust(push: PushRun, { node }: Program): Promise<DeliveryFailure | undefined> {
  const reader = new ProgramReader({ node, resources: new Set() })
  let ousted = false
  const end = await talk({
    push,
    node,
    script: SCRIPTS.oust,
    args: [],
    reader,
    silenceSeconds: OUST_SECONDS,
    onEvent: ({ type }) => {
      ousted ||= type === 'ousted'
    },
  })
  return ousted
    ? undefined
    : talkFailure({ push, node, talk: end, reader, doing: 'while the other run was ended' })
}
