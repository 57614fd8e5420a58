/** `runCommand`: one program on many nodes at once, told as it goes on. Takes no lock and writes no journal. */
import { setMaxListeners } from 'node:events'
import type { Transport } from '../../delivery/transport/transport.ts'
import { supervise, type SupervisedEnd, type SupervisedProgram } from '../../delivery/command/supervised.ts'
import { forTwin } from '../../diagnostics/for-twin.ts'
import type { CommandEvent, CommandEventBody, NodeCommandEnd } from '../../events/command-event.ts'
import { nodesInScope, type Scope } from '../../programs/scope.ts'
import { eventQueue, type EventQueue } from '../../support/event-queue.ts'
import { limit } from '../../support/limit.ts'
import { connect } from '../connect.ts'
import type { OpenedCluster } from '../open.ts'
import { OutputLines } from './output-lines.ts'

/** What is to run, and how. */
export interface CommandOptions extends Scope {
  /** The program and its arguments; they arrive as they are. A line of shell is `['sh', '-c', LINE]`. */
  readonly argv: readonly string[]
  /** As root, in the way that the cluster file says; as the user who logs in when left out. */
  readonly sudo?: boolean
  /** Standard input of each program; empty when left out. */
  readonly input?: Uint8Array | undefined
  /** So many nodes at once; 50 when left out. */
  readonly concurrency?: number
  /** How long it may run on a node; then it is ended there. */
  readonly timeoutSeconds?: number
  /** Ends the programs and begins none. */
  readonly signal?: AbortSignal
  /** Asked once, when sudo on the nodes wants a password. */
  readonly sudoPassword?: () => Promise<string>
}

const CONCURRENCY = 50
/** So many events may wait for whoever reads them; until there is room again nothing more is read from the nodes. */
const WAITING = 1000

/** Runs it. The last event is `command-finished`. Throws `DiagnosticsError` for words that choose nobody, before anything runs. */
export async function* runCommand(
  cluster: OpenedCluster,
  options: CommandOptions,
): AsyncGenerator<CommandEvent> {
  const nodes = nodesInScope(cluster.resolved, options)
  const given = new AbortController()
  const signal = AbortSignal.any([given.signal, ...(options.signal ? [options.signal] : [])])
  // Each node listens, and there may be many.
  setMaxListeners(0, signal)
  const transport = connect(cluster, options.sudoPassword && { sudoPassword: options.sudoPassword })
  const queue = eventQueue<CommandEventBody>()
  const { name, lab } = cluster
  queue.push({ type: 'command-started', cluster: name, lab, nodes, argv: options.argv })
  const work = onAll(transport, queue, nodes, { ...options, signal }, lab).then((ends) =>
    queue.push(finished(ends)),
  )
  work.then(
    () => queue.close(),
    (error: unknown) => queue.close(error),
  )
  try {
    for await (const body of queue) yield { v: 1, at: new Date().toISOString(), ...body }
  } finally {
    // Whoever stops reading wants no more of it.
    given.abort()
    queue.discard()
    await work.catch(() => undefined)
    await transport.close()
  }
}

function onAll(
  transport: Transport,
  queue: EventQueue<CommandEventBody>,
  nodes: readonly string[],
  options: CommandOptions,
  lab: boolean,
): Promise<NodeCommandEnd[]> {
  const within = limit(options.concurrency ?? CONCURRENCY)
  return Promise.all(
    nodes.map((node) =>
      within(async () => {
        const from = Date.now()
        const end = await onNode(transport, queue, node, options)
        const told = endOf(node, end, (Date.now() - from) / 1000, lab)
        queue.push(told)
        return told
      }),
    ),
  )
}

function onNode(
  transport: Transport,
  queue: EventQueue<CommandEventBody>,
  node: string,
  { argv, sudo = false, input, timeoutSeconds, signal }: CommandOptions,
): Promise<SupervisedEnd> {
  const lines = { stdout: new OutputLines(), stderr: new OutputLines() }
  const program: SupervisedProgram = {
    node,
    argv,
    asRoot: sudo,
    input,
    timeoutSeconds,
    signal,
    started: (clock) => {
      const offset = Math.round(clock - Date.now() / 1000)
      queue.push({ type: 'node-started', node, ...(!Number.isNaN(offset) && { clockOffsetSeconds: offset }) })
    },
    output: async (stream, bytes) => {
      for (const line of lines[stream].push(bytes)) queue.push({ type: 'output', node, stream, ...line })
      await queue.below(WAITING)
    },
  }
  return supervise(transport, program).finally(() => {
    for (const stream of ['stdout', 'stderr'] as const)
      for (const line of lines[stream].rest()) queue.push({ type: 'output', node, stream, ...line })
  })
}

function endOf(node: string, end: SupervisedEnd, seconds: number, lab: boolean): NodeCommandEnd {
  const common = { type: 'node-finished', node, seconds: Math.round(seconds * 1000) / 1000 } as const
  const because = 'why' in end && end.why !== undefined && { because: REASONS[end.why] }
  switch (end.how) {
    case 'ended':
      return { ...common, outcome: 'ended', status: end.status }
    case 'stopped':
      return { ...common, outcome: 'stopped', status: end.status, ...because }
    case 'skipped':
      return { ...common, outcome: 'skipped', because: 'interrupt' }
    default: {
      const { code, summary, fix } = end.failure
      const outcome = end.how === 'lost' ? 'lost' : 'unreached'
      return { ...common, outcome, ...because, code, message: summary, fix: lab ? forTwin(fix) : fix }
    }
  }
}

const REASONS = { time: 'time', signal: 'interrupt' } as const

function finished(ends: readonly NodeCommandEnd[]): CommandEventBody {
  const named = (fits: (end: NodeCommandEnd) => boolean): string[] =>
    ends.filter(fits).map(({ node }) => node)
  const unreachedNodes = named(({ outcome }) => outcome === 'unreached')
  const failedNodes = named(
    ({ outcome, status }) =>
      !['unreached', 'skipped'].includes(outcome) && !(outcome === 'ended' && status === 0),
  )
  const isInterrupted = ends.some(({ because }) => because === 'interrupt')
  const outcome = isInterrupted
    ? 'interrupted'
    : failedNodes.length > 0
      ? 'failed'
      : unreachedNodes.length > 0
        ? 'unreached'
        : 'well'
  const unfinishedNodes = named((end) => end.outcome === 'lost')
  return { type: 'command-finished', outcome, failedNodes, unreachedNodes, unfinishedNodes }
}
