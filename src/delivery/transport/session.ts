/** One running `ssh`: its streams, its end, and what it said on the way. */
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { heard } from '../../support/heard.ts'
import { visibleLine } from '../visible.ts'

/** How a session ended. */
export interface SessionEnd {
  /** Exit status of the remote command; 255 when ssh itself failed, 127 when it could not be started. */
  readonly code: number
  /** The last lines of ssh and of the remote command, made harmless for a terminal. */
  readonly stderr: readonly string[]
}

/** A remote command that runs. */
export interface Session {
  readonly node: string
  readonly stdin: Writable
  readonly stdout: Readable
  /** Kept as well: see `said`. */
  readonly stderr: Readable
  readonly ended: Promise<SessionEnd>
  /** True with the first byte of output (so we are logged in), false when it ended without any. */
  readonly answered: Promise<boolean>
  /** The lines of standard error so far. */
  said(): readonly string[]
  /** Ends the connection now. Safe to call at any time. */
  stop(): void
}

/** What passed over the sessions of one node. Payload in bytes, before ssh's own compression and encryption. */
export interface NodeStats {
  sessions: number
  bytesSent: number
  bytesReceived: number
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** What is kept of what is said on standard error. */
export const STDERR_BYTES = 16_384
const STOP_MILLISECONDS = 2000
const STDERR_LINES = 60
/** What ssh says when it pins a key: no failure, and the file of keys shows it. */
const FIRST_CONTACT = /^Warning: Permanently added /

/**
 * Starts `ssh` with these arguments. Nothing of what happens to it is thrown: see {@link Session.ended}.
 *
 * @param isApart Ctrl-C at the terminal reaches this process and not `ssh`: whoever hears it can still speak with the node.
 */
export function startSession(
  node: string,
  args: readonly string[],
  stats: NodeStats,
  isApart = false,
): Session {
  // The remote command may end before it has read everything; that is told by its status.
  const child = heard(spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'], detached: isApart }))
  stats.sessions++
  let stderr = ''
  let startError: string | undefined
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_BYTES)
  })
  const answered = new Promise<boolean>((resolve) => {
    countBytes(child.stdin, child.stdout, stats, () => resolve(true))
    child.on('close', () => resolve(false))
  })
  child.on('error', (error) => {
    startError = `ssh: ${error.message}`
  })
  const said = (): string[] => linesOf(startError ?? stderr)
  const ended = new Promise<SessionEnd>((resolve) => {
    child.on('close', (code) => resolve({ code: startError ? 127 : (code ?? 255), stderr: said() }))
  })
  const stop = stopper(child, ended)
  return { node, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, answered, said, stop }
}

/** The last lines of what was said on standard error, made harmless for a terminal. */
export function linesOf(stderr: string): string[] {
  return stderr
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !FIRST_CONTACT.test(line))
    .slice(-STDERR_LINES)
    .map(visibleLine)
}

/** Ends ssh, and if need be with force. */
function stopper(child: Child, ended: Promise<unknown>): () => void {
  let stopped = false
  return () => {
    if (stopped) return
    stopped = true
    child.stdin.destroy()
    child.kill('SIGTERM')
    const patience = setTimeout(() => {
      child.kill('SIGKILL')
      // The ssh of a jump that hangs holds the same standard error open.
      child.stdout.destroy()
      child.stderr.destroy()
    }, STOP_MILLISECONDS)
    void ended.then(() => clearTimeout(patience))
    // Nobody reads on: without this the end of the streams, and so of the session, would never come.
    child.stdout.resume()
  }
}

function countBytes(stdin: Writable, stdout: Readable, stats: NodeStats, received: () => void): void {
  const write = stdin.write.bind(stdin) as (chunk: Uint8Array | string, ...rest: unknown[]) => boolean
  stdin.write = ((chunk: Uint8Array | string, ...rest: unknown[]) => {
    stats.bytesSent += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.byteLength
    return write(chunk, ...rest)
  }) as typeof stdin.write
  const push = stdout.push.bind(stdout)
  stdout.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    if (chunk) {
      stats.bytesReceived += chunk.length
      received()
    }
    return push(chunk, encoding)
  }
}
