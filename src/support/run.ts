/** Runs one program of this computer to its end, without a shell in between. */
import { spawn } from 'node:child_process'
import { heard } from './heard.ts'

/** How {@link run} may be asked to run a program. */
export interface RunOptions {
  /** Bytes for the program's standard input; none when left out. */
  readonly input?: string | Uint8Array
  /** After this time the program gets SIGTERM, and SIGKILL five seconds later. */
  readonly timeoutSeconds?: number
  /** Working folder; the current one when left out. */
  readonly folder?: string
  /** The whole environment of the program; our own when left out. */
  readonly environment?: NodeJS.ProcessEnv
  readonly signal?: AbortSignal
}

/** What came of a run. A program that ends with an error is a result, not an exception. */
export interface RunResult {
  /** Exit status; 128 + the signal's number when a signal ended it; 127 when it could not be started. */
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
  readonly timedOut: boolean
}

const SIGNAL_NUMBERS: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 }

/** Starts `program` with the arguments as they are and waits for its end. Never throws for what the program does. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve) => {
    // A program that ends early closes its input; that is its affair.
    const child = heard(
      spawn(program, args, {
        cwd: options.folder,
        env: options.environment ?? process.env,
        stdio: ['pipe', 'pipe', 'pipe'],
        ...(options.signal && { signal: options.signal }),
      }),
    )
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let timedOut = false
    let startError = ''
    const timer =
      options.timeoutSeconds === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true
            child.kill('SIGTERM')
            setTimeout(() => child.kill('SIGKILL'), 5000).unref()
          }, options.timeoutSeconds * 1000)
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.on('error', (error) => {
      startError = error.message
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve({
        code: startError ? 127 : (code ?? 128 + (SIGNAL_NUMBERS[signal ?? ''] ?? 0)),
        stdout: Buffer.concat(stdout),
        stderr: startError || Buffer.concat(stderr).toString(),
        timedOut,
      })
    })
    child.stdin.end(options.input)
  })
}
