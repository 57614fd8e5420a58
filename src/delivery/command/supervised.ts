/** Runs one program on a node and watches it: its output as it comes, its end, and its end before its time. */
import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import { loginFailure } from '../push/push-failure.ts'
import type { DeliveryFailure } from '../transport/failure.ts'
import { offerPassword, sudoWords } from '../transport/program-link.ts'
import type { Session, SessionEnd } from '../transport/session.ts'
import type { Transport } from '../transport/transport.ts'
import { MarkedOutput } from './marked.ts'
import { commandParts } from './scripts.generated.ts'

/** What is to run, and who watches it. */
export interface SupervisedProgram {
  readonly node: string
  /** The words arrive as they are. */
  readonly argv: readonly string[]
  readonly asRoot: boolean
  /** Its standard input; empty when left out. */
  readonly input?: Uint8Array | undefined
  /** From its start; then it is ended. */
  readonly timeoutSeconds?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Called when it starts, with the node's clock in seconds since 1970; NaN when the node does not tell. */
  readonly started?: (clockSeconds: number) => void
  /** Called with what it prints. Nothing more is read of that output until this resolves. */
  readonly output: (stream: 'stdout' | 'stderr', bytes: Buffer) => Promise<void>
}

/** How it ended. */
export type SupervisedEnd =
  /** By itself; the status is that of a shell: 128 and more for a signal. */
  | { readonly how: 'ended'; readonly status: number }
  /** By us, and the node has confirmed it. */
  | { readonly how: 'stopped'; readonly why: 'time' | 'signal'; readonly status: number }
  /** It never started. */
  | { readonly how: 'failed'; readonly failure: DeliveryFailure }
  /** Its end was not heard of: it may go on. */
  | { readonly how: 'lost'; readonly why?: 'time' | 'signal'; readonly failure: DeliveryFailure }
  /** It was not started, because of the signal. */
  | { readonly how: 'skipped' }

/** Beyond the connection itself: login, start of sudo. */
const LOGIN_SECONDS = 20
/** The node gives a program 5 s to end by itself. */
const END_SECONDS = 10
/** What the program left behind may hold its output open; it is not waited for. */
const CLOSE_MILLISECONDS = 500

/** Runs it to its end. */
export async function supervise(transport: Transport, program: SupervisedProgram): Promise<SupervisedEnd> {
  if (program.signal?.aborted === true) return { how: 'skipped' }
  const { sudo } = program.asRoot ? transport.dial(program.node) : { sudo: 'none' as const }
  const password = sudo === 'password' ? await transport.sudoPassword(program.node) : undefined
  const mark = randomBytes(16).toString('hex')
  const passwordMark = password === undefined ? '' : randomBytes(16).toString('hex')
  const bytes = program.input === undefined ? '-' : String(program.input.byteLength)
  const supervisor = ['sh', '-c', commandParts.supervise, 'bramble', mark, passwordMark, bytes]
  const words = [...sudoWords(sudo, password !== undefined), ...supervisor, ...program.argv]
  const session = await transport.exec(program.node, words, { apart: true })
  const seconds = transport.connectSeconds(program.node) + LOGIN_SECONDS
  return new Watching(transport, program, session, { mark, passwordMark, password }).toItsEnd(seconds)
}

interface Marks {
  readonly mark: string
  readonly passwordMark: string
  readonly password: string | undefined
}

class Watching {
  readonly #transport: Transport
  readonly #program: SupervisedProgram
  readonly #session: Session
  readonly #marks: Marks
  readonly #stdout: MarkedOutput
  readonly #stderr: MarkedOutput
  readonly #timers = new Set<NodeJS.Timeout>()
  #noise = Buffer.alloc(0)
  #why: 'time' | 'signal' | undefined
  #silentSeconds: number | undefined

  constructor(transport: Transport, program: SupervisedProgram, session: Session, marks: Marks) {
    this.#transport = transport
    this.#program = program
    this.#session = session
    this.#marks = marks
    this.#stdout = new MarkedOutput(marks.mark)
    this.#stderr = new MarkedOutput(marks.mark)
  }

  async toItsEnd(loginSeconds: number): Promise<SupervisedEnd> {
    const { signal } = this.#program
    const stop = (): void => this.#stop('signal')
    signal?.addEventListener('abort', stop)
    this.#after(loginSeconds, () => {
      if (this.#isStarted) return
      this.#silentSeconds = loginSeconds
      this.#session.stop()
    })
    if (this.#marks.password !== undefined) offerPassword(this.#session, this.#marks.password)
    else this.#feed()
    const both = [
      this.#read(this.#session.stdout, this.#stdout, 'stdout'),
      this.#read(this.#session.stderr, this.#stderr, 'stderr'),
    ]
    const end = await this.#session.ended
    await Promise.all(both)
    signal?.removeEventListener('abort', stop)
    for (const timer of this.#timers) clearTimeout(timer)
    return this.#verdict(end)
  }

  get #isStarted(): boolean {
    return this.#stdout.said.length > 0
  }

  #read(stream: Readable, marked: MarkedOutput, name: 'stdout' | 'stderr'): Promise<void> {
    let passed = Promise.resolve()
    const pass = async (printed: Buffer): Promise<void> => {
      if (printed.length > 0) await this.#program.output(name, printed)
    }
    const take = (chunk: Buffer | string): void => {
      const bytes = Buffer.from(chunk as string)
      const before = marked.said.length
      if (before === 0 && name === 'stdout') this.#noise = Buffer.concat([this.#noise, bytes]).subarray(-4096)
      const printed = marked.push(bytes)
      if (before === 0 && this.#isStarted && name === 'stdout') this.#begin()
      stream.pause()
      passed = passed
        .then(() => pass(printed))
        .finally(() => {
          stream.resume()
          if (this.#stdout.said.length > 1 && this.#stderr.said.length > 1) this.#leave()
        })
    }
    return new Promise((resolve) => {
      stream.on('data', take)
      stream.on('close', () => resolve(passed.then(() => pass(marked.rest()))))
    })
  }

  #begin(): void {
    const { started, timeoutSeconds } = this.#program
    started?.(Number.parseInt(this.#stdout.said[0] ?? '', 10))
    const { passwordMark } = this.#marks
    if (passwordMark !== '') {
      this.#session.stdin.write(`${passwordMark}\n`)
      this.#feed()
    }
    if (timeoutSeconds !== undefined) this.#after(timeoutSeconds, () => this.#stop('time'))
  }

  #feed(): void {
    const { input } = this.#program
    if (input !== undefined && input.byteLength > 0) this.#session.stdin.write(input)
  }

  /** The end of its input is what tells the node that nobody watches any more. */
  #stop(why: 'time' | 'signal'): void {
    this.#why ??= why
    if (!this.#isStarted) this.#session.stop()
    else {
      this.#session.stdin.end()
      this.#after(END_SECONDS, () => this.#session.stop())
    }
  }

  #leave(): void {
    this.#session.stdin.end()
    this.#after(CLOSE_MILLISECONDS / 1000, () => this.#session.stop())
  }

  #after(seconds: number, action: () => void): void {
    this.#timers.add(setTimeout(action, seconds * 1000))
  }

  #verdict(end: SessionEnd): SupervisedEnd {
    const { node } = this.#program
    const [, last] = this.#stdout.said
    if (last !== undefined) {
      const [status = '', stopped] = last.split(' ')
      const why = stopped === undefined ? undefined : this.#why
      return why === undefined
        ? { how: 'ended', status: Number(status) }
        : { how: 'stopped', why, status: Number(status) }
    }
    const at = { where: { node }, output: end.stderr }
    if (this.#isStarted) {
      const failure = deliveryCodes.COMMAND_MAY_GO_ON({ node, asked: this.#why !== undefined }, at)
      return { how: 'lost', failure, ...(this.#why && { why: this.#why }) }
    }
    if (this.#why !== undefined) return { how: 'skipped' }
    if (this.#silentSeconds !== undefined) {
      const doing = 'before the login was done'
      return {
        how: 'failed',
        failure: deliveryCodes.NODE_TIMED_OUT({ node, seconds: this.#silentSeconds, doing }, at),
      }
    }
    const noise = this.#noise
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-5)
    const passwordGiven = this.#marks.password !== undefined
    return {
      how: 'failed',
      failure: loginFailure({ transport: this.#transport, node, end, noise, passwordGiven }),
    }
  }
}
