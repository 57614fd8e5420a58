/** A program on a node that runs as root, with its standard input and output as a byte stream. */
import { randomBytes } from 'node:crypto'
import { Duplex, PassThrough, type Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { ProgramEnd } from '../../engines/contract.ts'
import { commandLine } from '../../shell/quote.ts'
import { heard } from '../../support/heard.ts'
import type { Dial } from './dial.ts'
import type { LinkProcess } from './carrier.ts'
import { programShell } from './program.generated.ts'
import { startSession, type Session } from './session.ts'
import { loginWords, startText } from './shell-start.ts'

/** How the user of a node becomes root. */
export interface WayToRoot {
  readonly sudo: Dial['sudo']
  readonly password: string | undefined
}

/** What is to run, and on which connection. */
export interface ProgramStart {
  readonly node: string
  readonly argv: readonly string[]
  /** What is started as root with marks and words: program.sh when left out. */
  readonly shell?: string
  readonly root: WayToRoot
  /** See `Carrier.words`. */
  readonly words: readonly string[]
  /** How long the way to root may take, in seconds. */
  readonly seconds: number
}

/** A program that runs. */
export interface RunningProgram {
  readonly node: string
  readonly name: string
  readonly session: Session
  /** What it prints; ends with it. */
  readonly stdout: Readable
  /** The line that told that we are root; nobody else knows it. */
  readonly mark: string
}

/** The words that lead to root. Messages are wanted in English, whatever the node's language is. */
export function sudoWords(sudo: Dial['sudo'], withPassword: boolean): string[] {
  if (sudo === 'none') return []
  return ['env', 'LC_ALL=C', 'sudo', ...(withPassword ? ['-S', '-p', ''] : ['-n']), '--']
}

/**
 * Starts it, and resolves when we are root. Rejects with a plain sentence when that does not come about. Whoever gives the stream up takes its
 * input and output away; ssh ends nobody, so a program that does neither read nor write goes on.
 */
export async function openProgram(
  { node, argv, root, words, seconds, shell = programShell }: ProgramStart,
  uses: (child: LinkProcess) => () => void,
): Promise<RunningProgram> {
  const { sudo, password } = root
  const mark = randomBytes(16).toString('hex')
  const passwordMark = password === undefined ? '' : randomBytes(16).toString('hex')
  // Over a connection that is counted already.
  const uncounted = { sessions: 0, bytesSent: 0, bytesReceived: 0 }
  const session = startSession(node, [...words, '--', node, commandLine(loginWords)], uncounted)
  const stopped = (): Session['ended'] => {
    session.stop()
    return session.ended
  }
  const over = uses({ kill: stopped })
  void session.ended.then(over)
  const first = [...sudoWords(sudo, password !== undefined), 'sh', '-c', shell, 'bramble']
  session.stdin.write(startText([...first, mark, passwordMark, ...argv]))
  if (password !== undefined) offerPassword(session, password)
  const late = setTimeout(() => session.stop(), seconds * 2000)
  const stdout = await pastMark(session.stdout, mark, session.ended)
  clearTimeout(late)
  const [name = ''] = argv
  if (!stdout) {
    session.stop()
    const { stderr } = await session.ended
    throw new Error(
      `${name} cannot be started on ${node}: ${stderr.at(-1) ?? `no answer within ${seconds * 2} s`}`,
    )
  }
  if (passwordMark !== '') session.stdin.write(`${passwordMark}\n`)
  return { node, name, session, stdout, mark }
}

/** Gives sudo the password. One attempt is enough: sudo asks again when the password is wrong, and more could lock the account. */
export function offerPassword(session: Session, password: string): void {
  session.stdin.write(`${password}\n`)
  session.stderr.on('data', () => {
    if (session.said().some((line) => /try again/i.test(line))) session.stdin.end()
  })
}

/**
 * What comes behind the line with the mark, as a stream of its own; undefined when the other one ended without the mark. Somebody counts the
 * bytes of the other one, so it flows whether we listen or not.
 */
export function pastMark(
  stdout: Readable,
  mark: string,
  ended: Promise<unknown>,
): Promise<Readable | undefined> {
  const line = Buffer.from(`\n${mark}\n`)
  const rest = heard(new PassThrough())
  return new Promise((resolve) => {
    let seen: Buffer | undefined = Buffer.alloc(0)
    stdout.on('data', (chunk: Buffer) => {
      if (seen === undefined) pass(chunk)
      else {
        seen = Buffer.concat([seen, chunk])
        const at = seen.indexOf(line)
        if (at < 0) return
        pass(seen.subarray(at + line.length))
        seen = undefined
        resolve(rest)
      }
    })
    stdout.on('close', () => rest.end())
    void ended.then(() => resolve(undefined))
  })

  function pass(chunk: Buffer): void {
    if (rest.writableEnded || rest.destroyed || rest.write(chunk)) return
    stdout.pause()
    rest.once('drain', () => stdout.resume())
  }
}

/** Its standard input and output. A program that fails fails the stream, with what it said last. */
export function streamOf(program: RunningProgram): Duplex {
  const { session } = program
  const stream = heard(Duplex.from({ readable: readFrom(program), writable: session.stdin }))
  stream.on('close', () => session.stop())
  return stream
}

async function* readFrom({ node, name, session, stdout }: RunningProgram): AsyncGenerator<Buffer> {
  for await (const chunk of stdout) yield chunk as Buffer
  const { code, stderr } = await session.ended
  if (code !== 0) throw new Error(`${name} on ${node} ended with ${code}: ${stderr.at(-1) ?? ''}`)
}

/** Gives a program its input and waits for its end. Rejects with a plain sentence when that is not known. */
export async function runProgram(program: RunningProgram, input: Uint8Array): Promise<ProgramEnd> {
  const { node, name, session } = program
  // It may end before it has read all of that; what it printed counts all the same.
  session.stdin.end(input)
  const stdout = await buffer(program.stdout)
  const { code, stderr } = await session.ended
  if (code === 255)
    throw new Error(
      `the end of ${name} on ${node} is not known: ${stderr.at(-1) ?? 'the connection was lost'}`,
    )
  return { code, stdout, stderr: stderr.join('\n') }
}
