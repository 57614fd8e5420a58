/** Session 1: brings the program to the node, runs its check, and collects what it says. */
import { gzipSync } from 'node:zlib'
import type { Program } from '../../compile/compile.ts'
import { Bug } from '../../diagnostics/bug.ts'
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import type { DeliveryFailure } from '../transport/failure.ts'
import type { Session } from '../transport/session.ts'
import type { Observation, PushEvents, PushRun, Unreached } from './contract.ts'
import { talk } from './conversation.ts'
import type { TalkEnd } from './conversation.ts'
import { FoundOnNode } from './found-on-node.ts'
import { joinRun } from './join-run.ts'
import type { ProgramEvent, SessionEvent } from './program-events.ts'
import { ProgramReader } from './program-reader.ts'
import { talkFailure } from './push-failure.ts'
import { SCRIPTS } from './scripts.ts'

/** How one node is observed. */
export interface ObserveOptions {
  /**
   * Keep the connection after the check for links to the node's ports, until `observation.letGo()` or the transport
   * is closed.
   */
  readonly link?: boolean
}

/** An observation whose connection may still be open. */
export interface HeldObservation extends Observation {
  /** Ends the connection that was kept for links; does nothing when there is none. */
  letGo(): Promise<void>
}

type Busy = Extract<SessionEvent, { type: 'busy' }>

const packed = new WeakMap<Program, Buffer>()

function packedText(program: Program): Buffer {
  const known = packed.get(program) ?? gzipSync(program.text)
  packed.set(program, known)
  return known
}

/** At most so often somebody else's run is followed to its end or ended before we give up. */
const ATTEMPTS = 3
const SILENCE_SECONDS = 60

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
  let failure: DeliveryFailure | undefined
  onEvent({ type: 'phase-started', node: program.node, phase: 'connect' })
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const check = await runCheck(push, program, mode, onEvent, options.link === true)
    if (check.found) return check.found
    failure = check.failure
    if (check.running === undefined && !(check.busy && push.takeOver === true)) break
    const cleared =
      check.running === undefined
        ? await oust(push, program)
        : await join(push, program, check.running, onEvent)
    if (cleared) failure = cleared
    if (cleared) break
  }
  return { reached: false, node: program.node, failure: failure as DeliveryFailure }
}

interface Check {
  readonly found?: HeldObservation
  readonly failure?: DeliveryFailure
  readonly running?: string
  readonly busy?: Busy
}

async function runCheck(
  push: PushRun,
  program: Program,
  mode: 'plan' | 'apply',
  onEvent: PushEvents,
  link: boolean,
): Promise<Check> {
  const { node } = program
  const input = packedText(program)
  const reader = new ProgramReader(program)
  const found = new FoundOnNode(program)
  let other: Extract<ProgramEvent, { type: 'busy' | 'running' }> | undefined
  let kept: Session | undefined
  const finished = new Promise<'finished'>((resolve) => {
    found.onFinished = () => resolve('finished')
  })
  const length = link ? String(input.length) : '-'
  const ending = talk({
    push,
    node,
    script: SCRIPTS.observe,
    args: [mode, program.sha256, length, (push.deadRuns ?? []).join(' '), push.by],
    reader,
    input: [input],
    staysOpen: link,
    carriesLinks: link,
    silenceSeconds: push.silenceSeconds ?? SILENCE_SECONDS,
    ...(link && { onSilence: () => found.isFinished }),
    onEvent: (event, session) => {
      kept = session
      if (event.type === 'busy' || event.type === 'running') {
        other = event
        session.stdin.end()
      } else if (found.take(event) === 'hello') onEvent({ type: 'phase-started', node, phase: 'check' })
    },
  })
  const end = await (link ? Promise.race([ending, finished]) : ending)
  if (found.isFinished && reader.violation === undefined) {
    const held = found.observation(mode === 'apply')
    announce(held, onEvent)
    const letGo = async (): Promise<void> => {
      if (link) kept?.stdin.end()
      await ending
    }
    return { found: { ...held, letGo } }
  }
  return unfinished({ push, program, reader, other, end: end as TalkEnd })
}

function unfinished(check: {
  push: PushRun
  program: Program
  reader: ProgramReader
  other: Extract<ProgramEvent, { type: 'busy' | 'running' }> | undefined
  end: TalkEnd
}): Check {
  const { push, reader, other, end } = check
  const { node } = check.program
  if (other?.type === 'running') {
    const how = `run ${other.run} is still at work`
    return {
      running: other.run,
      failure: deliveryCodes.PROGRAM_BROKE_OFF({ node, how }, { where: { node } }),
    }
  }
  if (other) return { busy: other, failure: busyFailure(node, other) }
  return { failure: talkFailure({ push, node, talk: end, reader, doing: 'during the check' }) }
}

/** Somebody else's lease as a failure. */
export function busyFailure(node: string, { run, by, sinceSeconds }: Busy): DeliveryFailure {
  return deliveryCodes.NODE_BUSY({ node, by, run, sinceSeconds }, { where: { node } })
}

function announce(found: Observation, onEvent: PushEvents): void {
  const { node, facts, clockSeconds } = found
  onEvent({ type: 'node-connected', node, facts })
  if (clockSeconds !== undefined && Math.abs(clockSeconds) > 60) {
    const { code, summary, fix } = deliveryCodes.CLOCK_WRONG({ node, seconds: clockSeconds })
    onEvent({ type: 'warning', node, code, text: `${summary}; ${fix}` })
  }
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
    silenceSeconds: SILENCE_SECONDS,
    onEvent: ({ type }) => {
      ousted ||= type === 'ousted'
    },
  })
  return ousted
    ? undefined
    : talkFailure({ push, node, talk: end, reader, doing: 'while the other run was ended' })
}
