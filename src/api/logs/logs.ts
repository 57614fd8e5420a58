/** `logs`: what the journals of many nodes say, in the order of its times. Reads, and changes nothing. */
import { setMaxListeners } from 'node:events'
import { supervise, type SupervisedEnd } from '../../delivery/command/supervised.ts'
import { commandParts } from '../../delivery/command/scripts.generated.ts'
import type { Transport } from '../../delivery/transport/transport.ts'
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { forTwin } from '../../diagnostics/for-twin.ts'
import type { Scope } from '../../programs/scope.ts'
import { eventQueue, type EventQueue } from '../../support/event-queue.ts'
import { OutputLines } from '../command/output-lines.ts'
import { connect } from '../connect.ts'
import type { OpenedCluster } from '../open.ts'
import { JOURNAL_FIELDS, readEntry, type JournalEntry } from './journal-entry.ts'
import { asTheyCome, inTimeOrder } from './time-order.ts'
import { unitsNamed } from './units.ts'

/** What is to be read. */
export interface LogOptions extends Scope {
  /** Units, declared services and roles; the whole journal when left out. */
  readonly names?: readonly string[]
  /** So many of the newest entries of each node, or all; 100 when left out, all with `since`. */
  readonly lines?: number | 'all'
  /** As `journalctl --since` takes it: `-600s`, `@1700000000`, `today`. */
  readonly since?: string
  /** Goes on with what comes, until it is stopped. */
  readonly follow?: boolean
  readonly signal?: AbortSignal
  /** Asked once, when sudo on the nodes wants a password. */
  readonly sudoPassword?: () => Promise<string>
}

/** How reading ended on a node. */
export interface NodeLogEnd {
  readonly type: 'node-finished'
  readonly node: string
  /** `failed`: it was reached and could not be read; `stopped`: by the signal. */
  readonly outcome: 'read' | 'failed' | 'unreached' | 'stopped'
  /** Units that were asked for and that it does not have. */
  readonly missing: readonly string[]
  readonly code?: string
  readonly message?: string
  readonly fix?: string
}

/** What was read. */
export type LogEvent =
  | ({ readonly type: 'entry'; readonly at: string } & JournalEntry)
  /** The node's clock is ahead of this computer by so much, or behind; its entries stand in the wrong place then. */
  | { readonly type: 'clock-differs'; readonly node: string; readonly seconds: number }
  | NodeLogEnd
  | { readonly type: 'logs-finished'; readonly entries: number }

/** A clock is read in whole seconds. */
const TOLERATED_SECONDS = 1.5
const WAITING = 1000
/** An entry that is longer cannot be read; journald's own are far shorter. */
const LONGEST_BYTES = 8 * 1024 * 1024
const LINES = 100

/** Reads. `node-finished` of every node and `logs-finished` come last. Throws `DiagnosticsError` for names and words that mean nothing. */
export async function* logs(cluster: OpenedCluster, options: LogOptions = {}): AsyncGenerator<LogEvent> {
  const units = await unitsNamed(cluster, options.names ?? [], options)
  const given = new AbortController()
  const signal = AbortSignal.any([given.signal, ...(options.signal ? [options.signal] : [])])
  // Each node listens, and there may be many.
  setMaxListeners(0, signal)
  const transport = connect(cluster, options.sudoPassword && { sudoPassword: options.sudoPassword })
  const readings = [...units].map(([node, own]) => new Reading(transport, node, own, { ...options, signal }))
  let entries = 0
  try {
    const clocks = await Promise.all(readings.map(({ clock }) => clock))
    for (const [index, { node }] of readings.entries()) {
      const seconds = clocks[index] ?? 0
      if (Math.abs(seconds) > TOLERATED_SECONDS)
        yield { type: 'clock-differs', node, seconds: Math.round(seconds) }
    }
    const queues = readings.map(({ queue }) => queue)
    for await (const entry of options.follow ? asTheyCome(queues) : inTimeOrder(queues)) {
      entries++
      yield { type: 'entry', at: timeOf(entry), ...entry }
    }
    for (const { ended } of readings) yield inWords(await ended, cluster.lab)
    yield { type: 'logs-finished', entries }
  } finally {
    // Whoever stops reading wants no more of it.
    given.abort()
    for (const { queue } of readings) queue.discard()
    await Promise.allSettled(readings.map(({ ended }) => ended))
    await transport.close()
  }
}

function timeOf({ microseconds }: JournalEntry): string {
  return new Date(microseconds / 1000).toISOString()
}

function inWords({ fix, ...end }: NodeLogEnd, lab: boolean): NodeLogEnd {
  return { ...end, ...(fix !== undefined && { fix: lab ? forTwin(fix) : fix }) }
}

/** One node that is being read. */
class Reading {
  readonly node: string
  readonly queue: EventQueue<JournalEntry> = eventQueue()
  /** How far its clock is ahead of this computer, as soon as that is known; undefined when it never will be. */
  readonly clock: Promise<number | undefined>
  readonly ended: Promise<NodeLogEnd>
  readonly #lines = new OutputLines(LONGEST_BYTES)
  /** Units that the node has, because they have written something: it may have forgotten them since. */
  readonly #written = new Set<string>()
  #missing: readonly string[] | undefined

  constructor(transport: Transport, node: string, units: readonly string[], options: LogOptions) {
    this.node = node
    let tell: (seconds?: number) => void = () => undefined
    this.clock = new Promise((resolve) => (tell = resolve))
    this.ended = this.#read(transport, units, options, tell)
      .finally(() => {
        tell()
        this.queue.close()
      })
      .then((end) => this.#end(end))
    // Whoever waits for it hears of its failure; until then nobody does.
    this.ended.catch(() => undefined)
  }

  async #read(
    transport: Transport,
    units: readonly string[],
    options: LogOptions,
    tellClock: (seconds: number) => void,
  ): Promise<SupervisedEnd> {
    const words = [String(units.length), ...units, ...journalWords(units, options)]
    const end = await supervise(transport, {
      node: this.node,
      argv: ['sh', '-c', commandParts.logs, 'bramble', ...words],
      asRoot: true,
      signal: options.signal,
      started: (clockSeconds) => tellClock(clockSeconds + 0.5 - Date.now() / 1000),
      output: async (stream, bytes) => {
        if (stream === 'stderr') return
        for (const { text = '' } of this.#lines.push(bytes)) this.#take(text)
        await this.queue.below(WAITING)
      },
    })
    for (const { text = '' } of this.#lines.rest()) this.#take(text)
    return end
  }

  #take(line: string): void {
    if (this.#missing === undefined) {
      this.#missing = line.split(' ').slice(1)
      return
    }
    const entry = readEntry(this.node, line)
    if (!entry) return
    if (entry.unit !== undefined) this.#written.add(entry.unit)
    this.queue.push(entry)
  }

  #end(end: SupervisedEnd): NodeLogEnd {
    const { node } = this
    const missing = (this.#missing ?? []).filter((unit) => !this.#written.has(unit))
    const common = { type: 'node-finished', node, missing } as const
    const failed = (outcome: NodeLogEnd['outcome'], { code, summary, fix }: Diagnostic): NodeLogEnd => ({
      ...common,
      outcome,
      code,
      message: summary,
      fix,
    })
    switch (end.how) {
      case 'ended':
        if (end.status === 0) return { ...common, outcome: 'read' }
        return failed('failed', commandCodes.LOGS_UNREADABLE({ node, status: end.status }))
      case 'failed':
        return failed('unreached', end.failure)
      case 'lost':
        return end.why === undefined ? failed('unreached', end.failure) : { ...common, outcome: 'stopped' }
      default:
        return { ...common, outcome: 'stopped' }
    }
  }
}

function journalWords(units: readonly string[], { lines, since, follow = false }: LogOptions): string[] {
  const count = lines ?? (since === undefined ? LINES : 'all')
  return [
    `--output-fields=${JOURNAL_FIELDS.join(',')}`,
    ...units.map((unit) => `--unit=${unit}`),
    ...(count === 'all' ? (follow ? ['--lines=all'] : []) : [`--lines=${count}`]),
    ...(since === undefined ? [] : [`--since=${since}`]),
    ...(follow ? ['--follow'] : []),
  ]
}
