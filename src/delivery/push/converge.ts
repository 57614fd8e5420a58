/** Session 2: brings what the node lacks, starts its program apart from the session, and follows it to its end. */
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import type { Program } from '../../compile/compile.ts'
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import type { DeliveryFailure } from '../transport/failure.ts'
import type { Session } from '../transport/session.ts'
import { CarriedOut } from './carried-out.ts'
import { busyFailure } from './check-session.ts'
import { confirmTrial } from './confirm-trial.ts'
import type { Convergence, NodeDifference, Observation, PushEvents, PushRun, Unreached } from './contract.ts'
import { talk } from './conversation.ts'
import type { TalkEnd } from './conversation.ts'
import { askSeconds, askWhetherAlive, EndOfProgram, rejoin } from './follow-program.ts'
import type { Followed, Following } from './follow-program.ts'
import { assertRun } from './observe.ts'
import type { ProgramEvent } from './program-events.ts'
import { ProgramReader } from './program-reader.ts'
import { mediumFailure, talkFailure } from './push-failure.ts'
import { RUNNER, SCRIPTS } from './scripts.ts'
import { tarChunks, tarSize } from './tar.ts'
import type { TarEntry } from './tar.ts'

const ATTEMPTS = 3
const TRIAL_SECONDS = 60
/** Up to this size what is sent is packed in memory; beyond it are releases, which are packed already. */
const PACKED_BYTES = 4 << 20

/**
 * Carries out what the observation found. Never rejects for what a node or a network does, only when a file of this
 * computer that is to be sent cannot be read.
 */
export async function converge(
  push: PushRun,
  program: Program,
  observation: Observation,
  onEvent: PushEvents,
): Promise<Convergence | Unreached> {
  assertRun(push)
  const job = new Converge(push, program, observation, onEvent)
  const failure = await job.carryOut()
  if (failure) return { reached: false, node: program.node, failure }
  return job.carriedOut.convergence()
}

/** What is sent in session 2. */
interface Load {
  readonly bytes: number
  readonly packed: boolean
  readonly chunks: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

async function loadOf(entries: readonly TarEntry[]): Promise<Load> {
  if (entries.length === 0) return { bytes: 0, packed: false, chunks: () => [] }
  const bytes = tarSize(entries)
  if (bytes > PACKED_BYTES) return { bytes, packed: false, chunks: () => tarChunks(entries) }
  const parts: Uint8Array[] = []
  for await (const chunk of tarChunks(entries)) parts.push(chunk)
  const whole = gzipSync(Buffer.concat(parts))
  return { bytes: whole.length, packed: true, chunks: () => [whole] }
}

/** A kind shows both values of what can be set without a content; see ARCHITECTURE.md, "A kind". */
function needsContents({ action, differences }: NodeDifference): boolean {
  return action !== 'update' || differences.some(({ is }) => is === undefined)
}

/** Contents of the resources whose contents differ, each once; the program too when the node does not have it. */
function entriesFor(program: Program, observation: Observation, withProgram: boolean): TarEntry[] {
  const wanted = observation.differing
    .filter(needsContents)
    .flatMap(({ id }) => program.resources.get(id)?.resource.contents ?? [])
  const contents = new Map(wanted.map(({ sha256, bytes }) => [sha256, { name: sha256, bytes }]))
  const text = withProgram ? [{ name: 'program', bytes: Buffer.from(program.text) }] : []
  return [...text, ...contents.values()]
}

type Refusal = Extract<ProgramEvent, { type: 'busy' | 'running' | 'absent' }>

class Converge {
  readonly carriedOut: CarriedOut
  readonly #push: PushRun
  readonly #program: Program
  readonly #observation: Observation
  readonly #following: Following
  readonly #ending = new EndOfProgram()
  #refusal: Refusal | undefined
  #trial: Promise<void> | undefined

  constructor(push: PushRun, program: Program, observation: Observation, onEvent: PushEvents) {
    this.#push = push
    this.#program = program
    this.#observation = observation
    this.carriedOut = new CarriedOut(program, observation, onEvent)
    const reader = new ProgramReader(program)
    this.#following = { push, node: program.node, reader, onEvent: (event) => this.#take(event) }
  }

  async carryOut(): Promise<DeliveryFailure | undefined> {
    let withProgram = this.#observation.keptProgram !== this.#program.sha256
    for (let attempt = 1; ; attempt++) {
      const first = await this.#session(withProgram)
      if (this.#refusal?.type === 'busy') return busyFailure(this.#program.node, this.#refusal)
      if (this.#refusal?.type === 'absent' && attempt < ATTEMPTS) {
        withProgram = true
        continue
      }
      const followed = await this.#toItsEnd(first)
      const neverBegan = followed === 'never began'
      if (!neverBegan || attempt >= ATTEMPTS) {
        await this.#trial
        return neverBegan ? this.#failure(first) : this.#result(followed, first)
      }
    }
  }

  /** Goes on after session 2, unless what ended it also kept the program from being started. */
  async #toItsEnd(first: TalkEnd): Promise<Followed | 'never began'> {
    const ending = this.#ending
    if (ending.isOver)
      return { gone: ending.gone, ...(ending.status !== undefined && { status: ending.status }) }
    const mayRun = ending.began || this.#refusal?.type === 'running'
    const broke = first.ready && (first.end.code === 255 || first.silentSeconds !== undefined)
    if (!mayRun && !broke) return { gone: false, lost: { seconds: 0, talk: first } }
    const followed = await rejoin(this.#following, ending, first)
    if (mayRun || !followed.gone) return followed
    // The connection broke while we could not know whether the program had been started: it had not.
    ending.gone = false
    this.#following.reader.reconnect()
    return 'never began'
  }

  async #session(withProgram: boolean): Promise<TalkEnd> {
    const { push, node, reader } = this.#following
    const load = await loadOf(entriesFor(this.#program, this.#observation, withProgram))
    this.#refusal = undefined
    let seenBytes = -1
    const uploads = (session: Session): boolean => {
      const now = push.transport.stats().get(node)?.bytesSent ?? 0
      const moves = now !== seenBytes
      seenBytes = now
      return this.#ending.follows ? askWhetherAlive(session) : moves
    }
    return talk({
      push,
      node,
      script: SCRIPTS.converge,
      args: [
        this.#program.sha256,
        String(load.bytes),
        load.packed ? 'z' : '-',
        withProgram ? 'sent' : '-',
        String(push.trialSeconds ?? TRIAL_SECONDS),
        push.by,
        RUNNER,
      ],
      reader,
      input: Readable.from(load.chunks(), { objectMode: false }),
      staysOpen: true,
      silenceSeconds: askSeconds(push),
      onSilence: uploads,
      mayLast: () => true,
      onEvent: (event, session) => this.#heard(event, session),
    })
  }

  #heard(event: ProgramEvent, session: Session): void {
    if (event.type === 'busy' || event.type === 'running' || event.type === 'absent') {
      this.#refusal = event
      session.stdin.end()
    }
    this.#ending.take(event, session)
    this.#take(event)
  }

  #take(event: ProgramEvent): void {
    this.carriedOut.take(event)
    if (event.type === 'trial') {
      const over = (): boolean => this.#ending.isOver || this.carriedOut.isConfirmed
      this.#trial ??= confirmTrial(this.#push, this.#program.node, event.seconds, over, (why) => {
        this.carriedOut.unconfirmed = why
      })
    }
  }

  #result(followed: Followed, first: TalkEnd): DeliveryFailure | undefined {
    if (this.#following.reader.violation === undefined && this.#ending.finished) return undefined
    if (followed.lost && !this.#ending.began && this.#refusal?.type !== 'running')
      return this.#failure(followed.lost.talk)
    if (followed.lost) return this.#lost(followed.lost)
    const { node } = this.#program
    const { noise, violation } = this.#following.reader
    if (violation !== undefined) return this.#failure(first)
    const how = followed.gone
      ? 'it is gone, and perhaps the node restarted'
      : `it ended with status ${followed.status ?? 1}`
    return (
      mediumFailure(node, noise) ??
      deliveryCodes.PROGRAM_BROKE_OFF({ node, how }, { where: { node }, output: noise })
    )
  }

  #lost({ seconds, talk: last }: NonNullable<Followed['lost']>): DeliveryFailure {
    const { node } = this.#program
    if (last.stopped || this.#following.reader.violation !== undefined) return this.#failure(last)
    const reason = last.ready ? 'the connection broke' : this.#failure(last).summary
    return deliveryCodes.CONNECTION_LOST(
      { node, seconds, reason },
      { where: { node }, output: last.end.stderr },
    )
  }

  #failure(last: TalkEnd): DeliveryFailure {
    const { push, node, reader } = this.#following
    const running = this.#ending.began && !this.#ending.isOver
    return talkFailure({
      push,
      node,
      talk: last,
      reader,
      doing: 'while the change was brought to it',
      running,
    })
  }
}
