/** Runs programs inside an emulated node through QEMU's guest agent: a serial port of its own, no network, no SSH. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { heard } from '../support/heard.ts'
import type { RunOptions, RunResult } from '../support/run.ts'
import { until } from './until.ts'

/** An answer of the agent (QEMU Guest Agent Protocol Reference). */
interface Answer {
  readonly return?: unknown
  readonly error?: { readonly desc: string }
}

/** What `guest-exec-status` tells. */
interface ExecStatus {
  readonly exited: boolean
  readonly exitcode?: number
  readonly signal?: number
  readonly 'out-data'?: string
  readonly 'err-data'?: string
}

/** After this time without an answer the agent is taken for absent: it is not up yet, or the node hangs. */
const ANSWER_SECONDS = 20
const NEVER_SECONDS = 86_400

/** One talk with the agent behind a socket. Only one is heard at a time, so each is short. */
class Talk {
  readonly #socket: Socket
  readonly #answers: AsyncIterator<string>

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#answers = createInterface({ input: socket })[Symbol.asyncIterator]()
  }

  /** Opens one; `undefined` when nobody listens or answers. */
  static async open(path: string): Promise<Talk | undefined> {
    const socket = heard(connect(path))
    const reached = await once(socket, 'connect').catch(() => undefined)
    if (!reached) return undefined
    const talk = new Talk(socket)
    if (await talk.#synchronise()) return talk
    talk.close()
    return undefined
  }

  close(): void {
    this.#socket.destroy()
  }

  /** Asks; `undefined` when there is no answer in time. */
  async ask(command: string, given: Readonly<Record<string, unknown>>): Promise<Answer | undefined> {
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: given })}\n`)
    return this.#next(performance.now() + ANSWER_SECONDS * 1000)
  }

  /** What somebody before us left unread is passed over: our own number is the first answer that counts. */
  async #synchronise(): Promise<boolean> {
    const id = Math.floor(Math.random() * 2 ** 31)
    // 0xFF ends whatever half a line the agent has (guest-sync-delimited).
    this.#socket.write(Buffer.from([0xff]))
    this.#socket.write(`${JSON.stringify({ execute: 'guest-sync', arguments: { id } })}\n`)
    const end = performance.now() + ANSWER_SECONDS * 1000
    for (;;) {
      const answer = await this.#next(end)
      if (!answer || answer.return === id) return answer !== undefined
    }
  }

  async #next(end: number): Promise<Answer | undefined> {
    const line = await Promise.race([
      this.#answers.next(),
      delay(Math.max(0, end - performance.now()), undefined, { ref: false }),
    ])
    if (!line || line.done === true) return undefined
    return JSON.parse(line.value.replace(/^\u{fffd}+/u, '')) as Answer
  }
}

async function ask(
  path: string,
  command: string,
  given: Readonly<Record<string, unknown>>,
): Promise<Answer | undefined> {
  const talk = await Talk.open(path)
  try {
    return await talk?.ask(command, given)
  } finally {
    talk?.close()
  }
}

/** Whether the agent behind a socket answers. */
export async function agentAnswers(path: string): Promise<boolean> {
  const talk = await Talk.open(path)
  talk?.close()
  return talk !== undefined
}

/** Runs a program to its end, as `run` does on this computer; `isOn` tells whether there is still a node to ask. */
export async function runByAgent(
  path: string,
  [program = '', ...words]: readonly string[],
  { input, timeoutSeconds = NEVER_SECONDS, signal }: RunOptions,
  isOn: () => boolean,
): Promise<RunResult> {
  const started = await ask(path, 'guest-exec', {
    path: program,
    arg: words,
    'capture-output': true,
    ...(input !== undefined && { 'input-data': Buffer.from(input).toString('base64') }),
  })
  const pid = (started?.return as { readonly pid: number } | undefined)?.pid
  if (pid === undefined) return failed(started?.error?.desc ?? 'the guest agent does not answer')
  const stop = (): void => void ask(path, 'guest-exec', { path: 'kill', arg: ['-KILL', String(pid)] })
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const inTime = await endOf(path, pid, isOn, timeoutSeconds)
    if (inTime) return inTime
    stop()
    const killed = (await endOf(path, pid, isOn, NEVER_SECONDS)) ?? failed('it does not end')
    return { ...killed, timedOut: true }
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** How a program ended; `undefined` when it has not in time. */
async function endOf(
  path: string,
  pid: number,
  isOn: () => boolean,
  seconds: number,
): Promise<RunResult | undefined> {
  return until(async () => {
    if (!isOn()) return failed('the node went off')
    const answer = await ask(path, 'guest-exec-status', { pid })
    // After a restart of the node the number means nothing any more.
    if (answer?.error) return failed('the node was started anew')
    const status = answer?.return as ExecStatus | undefined
    return status?.exited === true ? resultOf(status) : undefined
  }, seconds)
}

/** As a program that was killed. */
function failed(stderr: string): RunResult {
  return { code: 137, stdout: Buffer.alloc(0), stderr, timedOut: false }
}

function resultOf(status: ExecStatus): RunResult {
  return {
    code: status.exitcode ?? 128 + (status.signal ?? 0),
    stdout: Buffer.from(status['out-data'] ?? '', 'base64'),
    stderr: Buffer.from(status['err-data'] ?? '', 'base64').toString(),
    timedOut: false,
  }
}
