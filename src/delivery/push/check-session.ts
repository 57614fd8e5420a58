/** One session that brings a program to a node, runs its check and collects what it says. */
import { gzipSync } from 'node:zlib'
import type { Program } from '../../compile/compile.ts'
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import type { DeliveryFailure } from '../transport/failure.ts'
import type { Session } from '../transport/session.ts'
import type { Observation, PushEvents, PushRun } from './contract.ts'
import { talk } from './conversation.ts'
import type { TalkEnd } from './conversation.ts'
import { FoundOnNode } from './found-on-node.ts'
import type { ProgramEvent, SessionEvent } from './program-events.ts'
import { ProgramReader } from './program-reader.ts'
import { talkFailure } from './push-failure.ts'
import { SCRIPTS } from './scripts.ts'

/** An observation whose connection may still be open. */
export interface HeldObservation extends Observation {
  /** Ends the connection that was kept for links, and the links with it; does nothing when there is none. */
  letGo(): Promise<void>
}

/** Why the node did not let the check begin. */
export type Refusal = Extract<SessionEvent, { type: 'busy' | 'running' | 'absent' }>

/** What came of a check. */
export type Check =
  | { readonly found: HeldObservation }
  | {
      readonly failure: DeliveryFailure
      readonly refusal?: Refusal
      /** Not even the script has begun. */
      readonly isLost: boolean
    }

const SILENCE_SECONDS = 60
/** How long links may take to end by themselves. */
const LET_GO_MILLISECONDS = 1000

const packed = { text: new WeakMap<Program, Buffer>(), slim: new WeakMap<Program, Buffer>() }

function packedForm(program: Program, form: 'text' | 'slim'): Buffer {
  const known = packed[form].get(program) ?? gzipSync(program[form])
  packed[form].set(program, known)
  return known
}

/** Somebody else's lease as a failure. */
export function busyFailure(
  node: string,
  { run, by, sinceSeconds }: Extract<Refusal, { type: 'busy' }>,
): DeliveryFailure {
  return deliveryCodes.NODE_BUSY({ node, by, run, sinceSeconds }, { where: { node } })
}

/** One check of one node. */
export class CheckSession {
  readonly #push: PushRun
  readonly #program: Program
  readonly #mode: 'plan' | 'apply'
  readonly #onEvent: PushEvents
  readonly #reader: ProgramReader
  readonly #found: FoundOnNode
  #refusal: Refusal | undefined
  #session: Session | undefined

  constructor(push: PushRun, program: Program, mode: 'plan' | 'apply', onEvent: PushEvents) {
    this.#push = push
    this.#program = program
    this.#mode = mode
    this.#onEvent = onEvent
    this.#reader = new ProgramReader(program)
    this.#found = new FoundOnNode(program)
  }

  /**
   * Runs it; with `link` the connection stays open afterwards. A node that keeps the program's runtime is not sent it. With `mayBeKept` an
   * earlier run's connection will do.
   */
  async look(link: boolean, kept: string | undefined, mayBeKept: boolean): Promise<Check> {
    const finished = new Promise<undefined>((resolve) => {
      this.#found.onFinished = () => resolve(undefined)
    })
    const ending = this.#talk(link, kept, mayBeKept)
    const end = await (link ? Promise.race([ending, finished]) : ending)
    const mayGoOn = this.#refusal === undefined && this.#reader.violation === undefined
    if (this.#found.isFinished && mayGoOn) {
      const found = this.#found.observation(this.#mode === 'apply')
      return { found: { ...found, letGo: () => this.#letGo(ending) } }
    }
    return this.#unfinished(end ?? (await ending))
  }

  #talk(link: boolean, kept: string | undefined, mayBeKept: boolean): Promise<TalkEnd> {
    const { by, deadRuns = [], silenceSeconds = SILENCE_SECONDS } = this.#push
    return talk({
      push: this.#push,
      node: this.#program.node,
      script: SCRIPTS.observe,
      args: [this.#mode, deadRuns.join(' '), by],
      reader: this.#reader,
      input: this.#input(link, kept),
      staysOpen: link,
      carriesLinks: link,
      mayBeKept,
      silenceSeconds,
      // A connection that is kept for links has nothing to say.
      onSilence: () => link && this.#found.isFinished,
      mayLast: () => link && this.#found.isFinished,
      onEvent: (event, session) => this.#take(event, session),
    })
  }

  /** Asked for when the way to the node is being opened: compiling takes no time of its own. */
  *#input(link: boolean, kept: string | undefined): Iterable<Uint8Array> {
    const { sha256, runtime } = this.#program
    const slim = kept === runtime
    const bytes = packedForm(this.#program, slim ? 'slim' : 'text')
    yield Buffer.from(`${sha256} ${link ? bytes.length : '-'} ${slim ? runtime : '-'}\n`)
    yield bytes
  }

  #take(event: ProgramEvent, session: Session): void {
    this.#session = session
    if (event.type === 'busy' || event.type === 'running' || event.type === 'absent') {
      this.#refusal = event
      session.stdin.end()
    } else if (event.type === 'hello') {
      this.#onEvent({ type: 'phase-started', node: this.#program.node, phase: 'check' })
    } else this.#found.take(event)
  }

  async #letGo(ending: Promise<TalkEnd>): Promise<void> {
    this.#session?.stdin.end()
    const patience = setTimeout(() => this.#session?.stop(), LET_GO_MILLISECONDS)
    await ending
    clearTimeout(patience)
  }

  #unfinished(end: TalkEnd): Check {
    const { node } = this.#program
    const refusal = this.#refusal
    const isLost = !end.ready
    if (refusal?.type === 'running') {
      const how = `run ${refusal.run} is still at work`
      return { refusal, isLost, failure: deliveryCodes.PROGRAM_BROKE_OFF({ node, how }, { where: { node } }) }
    }
    if (refusal?.type === 'busy') return { refusal, isLost, failure: busyFailure(node, refusal) }
    const failed = { push: this.#push, node, talk: end, reader: this.#reader, doing: 'during the check' }
    return { ...(refusal && { refusal }), isLost, failure: talkFailure(failed) }
  }
}
