/** One session as root with a script on the node: the way to root, what is sent, what is said, and who gives up when. */
import { randomBytes } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { sudoWords } from '../transport/program-link.ts'
import type { Session, SessionEnd } from '../transport/session.ts'
import type { PushRun } from './contract.ts'
import type { ProgramEvent } from './program-events.ts'
import type { ProgramReader } from './program-reader.ts'
import { Watch } from './watch.ts'

/** A session that is to be held. */
export interface Talk {
  readonly push: PushRun
  readonly node: string
  readonly script: string
  /** After the marker and the run. */
  readonly args: readonly string[]
  readonly reader: ProgramReader
  /** What the script reads. */
  readonly input?: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  /** Standard input stays open after the input, for words to the script. */
  readonly staysOpen?: boolean
  readonly carriesLinks?: boolean
  /** See `ExecOptions`. */
  readonly mayBeKept?: boolean
  readonly silenceSeconds: number
  /** Called when the node was silent for so long; false gives up, as happens without it. */
  readonly onSilence?: (session: Session) => boolean
  /** Asked when the session takes long: true for one that follows a program or is kept for links. */
  readonly mayLast?: () => boolean
  /** Called for every event but `ready`. */
  readonly onEvent: (event: ProgramEvent, session: Session) => void
}

/** How a session ended. */
export interface TalkEnd {
  readonly end: SessionEnd
  /** The script ran as root. */
  readonly ready: boolean
  /** We gave up because nothing came for so many seconds. */
  readonly silentSeconds?: number
  /** The run was stopped by its signal. */
  readonly stopped: boolean
  /** A sudo password was given. */
  readonly passwordGiven: boolean
}

/** Beyond the connection itself: login, start of sudo. */
const LOGIN_SECONDS = 20
/** As long as a lease: after it the node may belong to another run anyway. */
const LONGEST_SECONDS = 900

const CLOSED_CODES = new Set([
  'EPIPE',
  'ECONNRESET',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ABORT_ERR',
])

/** Holds one session from its beginning to its end. Rejects only when a file of this computer cannot be read. */
export async function talk(given: Talk): Promise<TalkEnd> {
  const { transport } = given.push
  const { sudo } = transport.dial(given.node)
  const password = sudo === 'password' ? await transport.sudoPassword(given.node) : undefined
  const marker = password === undefined ? '' : randomBytes(16).toString('hex')
  const words = [
    ...sudoWords(sudo, marker !== ''),
    'sh',
    '-c',
    given.script,
    'bramble',
    marker,
    given.push.run,
  ]
  const session = await transport.exec(given.node, [...words, ...given.args], {
    carriesLinks: given.carriesLinks ?? false,
    mayBeKept: given.mayBeKept ?? false,
  })
  return new Conversation(given, session, marker).hold(password)
}

class Conversation {
  readonly #given: Talk
  readonly #session: Session
  readonly #marker: string
  readonly #watch: Watch
  readonly #limit: NodeJS.Timeout
  #ready = false
  #sent: Promise<void> | undefined

  constructor(given: Talk, session: Session, marker: string) {
    this.#given = given
    this.#session = session
    this.#marker = marker
    this.#watch = new Watch(session, given.push.transport.connectSeconds(given.node) + LOGIN_SECONDS)
    const seconds = given.push.longestSeconds ?? LONGEST_SECONDS
    this.#limit = setTimeout(() => this.#isLong(seconds), seconds * 1000)
  }

  async hold(password: string | undefined): Promise<TalkEnd> {
    const { signal } = this.#given.push
    const stop = (): void => this.#session.stop()
    signal?.addEventListener('abort', stop)
    if (signal?.aborted === true) stop()
    if (password === undefined) this.#begin('')
    else this.#offer(password)
    await this.#listen()
    const end = await this.#session.ended
    this.#watch.over()
    clearTimeout(this.#limit)
    signal?.removeEventListener('abort', stop)
    await this.#sent
    const { silentSeconds } = this.#watch
    return {
      end,
      ready: this.#ready,
      ...(silentSeconds !== undefined && { silentSeconds }),
      stopped: signal?.aborted ?? false,
      passwordGiven: password !== undefined,
    }
  }

  async #listen(): Promise<void> {
    const { reader, onEvent } = this.#given
    for await (const chunk of this.#session.stdout) {
      this.#watch.heard()
      for (const event of reader.push(chunk as Buffer)) {
        if (event.type === 'ready') this.#isReady()
        else onEvent(event, this.#session)
      }
      if (reader.violation !== undefined) this.#session.stop()
    }
  }

  /** Every word makes the watch patient again, so a node that talks without end is not noticed by it. */
  #isLong(seconds: number): void {
    if (this.#given.mayLast?.() === true) return
    this.#given.reader.refuse(`more and more for ${seconds} s`)
    this.#session.stop()
  }

  #isReady(): void {
    this.#ready = true
    this.#watch.patience(this.#given.silenceSeconds, this.#given.onSilence)
    if (!this.#sent) this.#begin(`${this.#marker}\n`)
  }

  /** sudo asks again when the password is wrong; one attempt is enough, more could lock the account. */
  #offer(password: string): void {
    this.#session.stdin.write(`${password}\n`)
    this.#session.stderr.on('data', () => {
      if (!this.#ready && this.#session.said().some((line) => /try again/i.test(line)))
        this.#session.stdin.end()
    })
  }

  #begin(first: string): void {
    this.#sent = this.#send(first)
    // It is awaited when the session is over; until then nobody would hear of its failure.
    this.#sent.catch(() => undefined)
  }

  async #send(first: string): Promise<void> {
    const { stdin } = this.#session
    if (first !== '') stdin.write(first)
    try {
      await pipeline(this.#given.input ?? [], stdin, { end: this.#given.staysOpen !== true })
    } catch (error) {
      // The other end may have heard enough; why is told by how the session ends.
      if (CLOSED_CODES.has((error as NodeJS.ErrnoException).code ?? '')) return
      this.#session.stop()
      throw error
    }
  }
}
