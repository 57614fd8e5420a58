/** One session as root with a script on the node: the way to root, what is sent, what is said, and who gives up when. */
import { randomBytes } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import type { Dial } from '../transport/dial.ts'
import type { Session, SessionEnd } from '../transport/session.ts'
import type { PushRun } from './contract.ts'
import type { ProgramEvent } from './program-events.ts'
import type { ProgramReader } from './program-reader.ts'

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
  readonly silenceSeconds: number
  /** Called when the node was silent for so long; false gives up, as happens without it. */
  readonly onSilence?: (session: Session) => boolean
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

/** The words that lead to root. Messages are wanted in English, whatever the node's language is. */
export function sudoWords(dial: Pick<Dial, 'sudo'>, withPassword: boolean): string[] {
  if (dial.sudo === 'none') return []
  return ['env', 'LC_ALL=C', 'sudo', ...(withPassword ? ['-S', '-p', ''] : ['-n']), '--']
}

/** Holds one session from its beginning to its end. Rejects only when a file of this computer cannot be read. */
export async function talk(given: Talk): Promise<TalkEnd> {
  const { push, node, reader } = given
  const dial = push.transport.dial(node)
  const password = dial.sudo === 'password' ? await push.transport.sudoPassword() : undefined
  const marker = password === undefined ? '' : randomBytes(16).toString('hex')
  const argv = [
    ...sudoWords(dial, marker !== ''),
    'sh',
    '-c',
    given.script,
    'bramble',
    marker,
    push.run,
    ...given.args,
  ]
  const session = await push.transport.exec(node, argv, { carriesLinks: given.carriesLinks ?? false })
  const watch = new Watch(session, push.transport.connectSeconds(node) + LOGIN_SECONDS)
  const stop = (): void => session.stop()
  push.signal?.addEventListener('abort', stop)
  if (push.signal?.aborted) stop()

  let ready = false
  let sent: Promise<void> | undefined
  if (password === undefined) sent = send(session, given, '')
  else offerPassword(session, password, () => ready)
  for await (const chunk of session.stdout) {
    watch.heard()
    for (const event of reader.push(chunk as Buffer)) {
      if (event.type === 'ready') {
        ready = true
        watch.patience(given.silenceSeconds, given.onSilence)
        sent ??= send(session, given, `${marker}\n`)
      } else given.onEvent(event, session)
    }
    if (reader.violation !== undefined) session.stop()
  }
  const end = await session.ended
  watch.over()
  push.signal?.removeEventListener('abort', stop)
  await sent
  return {
    end,
    ready,
    ...(watch.silentSeconds !== undefined && { silentSeconds: watch.silentSeconds }),
    stopped: push.signal?.aborted ?? false,
    passwordGiven: password !== undefined,
  }
}

/** sudo asks again when the password is wrong; one attempt is enough, more could lock the account. */
function offerPassword(session: Session, password: string, ready: () => boolean): void {
  session.stdin.write(`${password}\n`)
  session.stderr.on('data', () => {
    if (!ready() && session.said().some((line) => /try again/i.test(line))) session.stdin.end()
  })
}

const CLOSED_CODES = new Set([
  'EPIPE',
  'ECONNRESET',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ABORT_ERR',
])

async function send(session: Session, { input = [], staysOpen = false }: Talk, first: string): Promise<void> {
  if (first !== '') session.stdin.write(first)
  try {
    await pipeline(input, session.stdin, { end: !staysOpen })
  } catch (error) {
    // The other end may have heard enough; why is told by how the session ends.
    if (!CLOSED_CODES.has((error as NodeJS.ErrnoException).code ?? '')) {
      session.stop()
      throw error
    }
  }
}

/** Notices that a node has gone silent. */
class Watch {
  silentSeconds: number | undefined
  readonly #session: Session
  #onSilence: ((session: Session) => boolean) | undefined
  #seconds: number
  #timer: NodeJS.Timeout

  constructor(session: Session, seconds: number) {
    this.#session = session
    this.#seconds = seconds
    this.#timer = this.#start()
  }

  heard(): void {
    this.#timer.refresh()
  }

  patience(seconds: number, onSilence: ((session: Session) => boolean) | undefined): void {
    clearTimeout(this.#timer)
    this.#seconds = seconds
    this.#onSilence = onSilence
    this.#timer = this.#start()
  }

  over(): void {
    clearTimeout(this.#timer)
  }

  #start(): NodeJS.Timeout {
    return setTimeout(() => {
      if (this.#onSilence?.(this.#session) === true) {
        this.#timer.refresh()
        return
      }
      this.silentSeconds = this.#seconds
      this.#session.stop()
    }, this.#seconds * 1000)
  }
}
