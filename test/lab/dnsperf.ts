/** Questions to a resolver at a steady rate or as fast as it answers, by dnsperf(1), in the network of a virtual node. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { labState, type LabIdentity } from '../../src/lab/lab.ts'

/** Where Debian's package `dnsperf` puts it. */
const PROGRAM = '/usr/bin/dnsperf'

/** What is not there for it; empty when it can be used. */
export const lacksDnsperf = existsSync(PROGRAM)
  ? ''
  : 'dnsperf is not installed; type: sudo apt-get install dnsperf'

/** Against one that nobody ends. */
const AN_HOUR = 3600

/** What became of the questions. */
export interface Asked {
  readonly sent: number
  readonly completed: number
  /** Questions to which no answer came within the patience of dnsperf, five seconds. */
  readonly lost: number
  /** Answers of each code, as `NOERROR 100 (100.00%)`. */
  readonly codes: string
  readonly perSecond: number
  /** Mean time to an answer, in milliseconds. */
  readonly meanMilliseconds: number
}

/** Where and what is asked. */
export interface Questions {
  /** The node in whose network the questions begin. */
  readonly node: string
  readonly server: string
  readonly port?: number
  readonly names: readonly string[]
  /** At most so many a second; as many as are answered when left out. */
  readonly perSecond?: number
  /** Ends by itself after so many seconds; default: an hour. */
  readonly seconds?: number
}

/** Questions under way. */
export class Dnsperf {
  readonly #child: ChildProcess
  readonly #ended: Promise<string>

  /** Begins to ask. */
  static async start(lab: LabIdentity, questions: Questions): Promise<Dnsperf> {
    const { node, server, port = 53, names, perSecond, seconds = AN_HOUR } = questions
    const state = (await labState(lab)).find(({ name }) => name === node)
    if (state?.pid === undefined) throw new Error(`${node} does not run`)
    // Without a time it would ask each name once; and it begins anew with a file alone.
    const words = ['-s', server, '-p', String(port), '-l', String(seconds)]
    if (perSecond !== undefined) words.push('-Q', String(perSecond))
    return new Dnsperf([`--net=/proc/${state.pid}/ns/net`, PROGRAM, ...words], names)
  }

  private constructor(argv: readonly string[], names: readonly string[]) {
    const folder = mkdtempSync(join(tmpdir(), 'bramble-dnsperf-'))
    const file = join(folder, 'names')
    writeFileSync(file, names.map((name) => `${name} A\n`).join(''))
    const child = spawn('nsenter', [...argv, '-d', file], { stdio: ['ignore', 'pipe', 'pipe'] })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (part: string) => (text += part))
    this.#ended = new Promise((resolve) =>
      child.once('close', () => {
        rmSync(folder, { recursive: true })
        resolve(text)
      }),
    )
    this.#child = child
  }

  /** Waits for its end by itself. */
  async result(): Promise<Asked> {
    return readResult(await this.#ended)
  }

  /** Ends it now: a question that is under way then counts neither as answered nor as lost. */
  async stop(): Promise<Asked> {
    this.#child.kill('SIGINT')
    return this.result()
  }
}

function readResult(text: string): Asked {
  const found = (label: string): string => {
    const value = new RegExp(`${label}: +(.*)`).exec(text)?.[1]
    if (value === undefined) throw new Error(`dnsperf does not tell "${label}": ${text}`)
    return value
  }
  return {
    sent: Number.parseInt(found('Queries sent')),
    completed: Number.parseInt(found('Queries completed')),
    lost: Number.parseInt(found('Queries lost')),
    codes: found('Response codes'),
    perSecond: Number.parseFloat(found('Queries per second')),
    meanMilliseconds: Number.parseFloat(found('Average Latency \\(s\\)')) * 1000,
  }
}
