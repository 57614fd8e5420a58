/** The delivery that a rollout works with: every node by its program, pushed over SSH. */
import type { Program } from '../../compile/compile.ts'
import { boardHealth, whyUnfit } from '../../hardware/board-health.ts'
import {
  asRoot,
  converge,
  leaseGroup,
  observe,
  put,
  release,
  type Convergence as PushConvergence,
  type HeldObservation,
  type Obstacle,
  type PushRun,
} from '../../delivery/push/push.ts'
import { onceOver } from '../../delivery/transport/once.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { NodeLink } from '../../engines/contract.ts'
import type { EventBody } from '../../events/event.ts'
import { EMPTY_SUMMARY } from '../../events/event.ts'
import type { Convergence, Delivery, NodeFailure, Observation } from '../../rollout/work.ts'
import { poll } from '../../support/poll.ts'
import type { ClockReading } from './clocks.ts'
import { differenceEvent, orphanEvent } from './differences.ts'
import { compileResources } from '../../programs/programs.ts'

/** What the delivery is made from. */
export interface PushDeliveryOptions {
  readonly push: PushRun
  readonly mode: 'plan' | 'apply'
  readonly program: (node: string, alsoKinds?: readonly string[]) => Program
  /** Nodes whose connection is to carry links to an engine while they are looked at. */
  readonly linked: ReadonlySet<string>
  readonly emit: (event: EventBody) => void
  /** Checksum of the runtime that a node has kept, as far as the cluster lock knows. */
  readonly runtime: (node: string) => string | undefined
  /** Told of the facts of every node that answers. */
  readonly noteFacts: (node: string, facts: Readonly<Record<string, string>>) => void
  /** Told of every node that answers, with what differs on it. */
  readonly noteLook?: (seen: HeldObservation) => void
  /** Told how far the clock of every node that answers is away. */
  readonly noteClock: (reading: ClockReading) => void
  /** Told of what keeps this run from changing anything. */
  readonly noteObstacle: (node: string, obstacle: Obstacle) => void
}

/** Makes the delivery. */
export function pushDelivery(options: PushDeliveryOptions): Delivery {
  const { push, emit } = options
  const seen = new Map<string, HeldObservation>()
  return {
    link: linkOf(push),
    observe: async (node) => {
      const program = options.program(node)
      const held = await observe(push, program, options.mode, emit, {
        link: options.linked.has(node),
        runtime: options.runtime(node),
        mayBeKept: !seen.has(node),
      })
      if (!held.reached) return unreached(node, held.failure)
      seen.set(node, held)
      noteSeen(options, held)
      return told(program, held, emit)
    },
    converge: async (node) => {
      const held = seen.get(node)
      if (!held) throw new Error(`${node} was not looked at`)
      // What is to be removed may be of a kind that the node's program does not have.
      const program = options.program(node, held.missingKinds)
      const done = await converge(push, program, held, emit)
      if (!done.reached) return brokenOff(node, done.failure)
      options.noteFacts(node, { ...held.facts, ...done.facts })
      return convergenceOf(done)
    },
    reboot: (node, patienceSeconds) => reboot(push, node, seen.get(node)?.facts['boot_id'], patienceSeconds),
    release: async (node) => {
      const held = seen.get(node)
      if (held) await release(push, held)
    },
    leaseGroup: async (member, wish) => {
      const lease = await leaseGroup(push, member, wish)
      return lease.kind === 'unreached' ? { kind: 'unreached', problem: lease.failure.summary } : lease
    },
    letGo: async () => {
      await Promise.all([...seen.values()].map((held) => held.letGo()))
    },
  }
}

function linkOf(push: PushRun): NodeLink {
  return {
    connect: (node, to, how) => push.transport.connect(node, to, how),
    run: (node, argv, input) => push.transport.run(node, argv, input),
    put: (node, path, text) => put(push, node, path, text),
    once: onceOver((node, argv, input) => push.transport.run(node, argv, input)),
  }
}

function noteSeen(options: PushDeliveryOptions, held: HeldObservation): void {
  const { node, facts, obstacles, clockSeconds: seconds } = held
  options.noteFacts(node, facts)
  options.noteLook?.(held)
  if (seconds !== undefined)
    options.noteClock({ node, seconds, hasSource: facts['time_source'] !== undefined })
  for (const one of obstacles) options.noteObstacle(node, one)
}

function told(program: Program, held: HeldObservation, emit: (event: EventBody) => void): Observation {
  const { node } = held
  for (const difference of held.differing) emit(differenceEvent(program, difference))
  for (const orphan of held.orphans) emit(orphanEvent(node, orphan))
  const prefix = `${node}/`
  return {
    node,
    reached: true,
    size: program.resources.size,
    isManaged: held.facts['managed'] === 'yes',
    unfit: whyUnfit(boardHealth(held.facts)),
    ...(program.waiting.length > 0 && { waiting: program.waiting }),
    pending: [
      ...held.differing.map(({ address, action, differences }) => ({
        address: address.slice(prefix.length),
        action,
        differences,
      })),
      ...held.orphans.map(({ kind, name }) => ({ address: `${kind}:${name}`, action: 'remove' as const })),
    ],
  }
}

function unreached(node: string, failure: Diagnostic): Observation {
  return { node, reached: false, ...failureOf(failure) }
}

/** The program of the node goes on without us: what it does is not known yet. */
const GOES_ON: ReadonlySet<string> = new Set(['PROGRAM_GOES_ON', 'CONNECTION_LOST'])

function brokenOff(node: string, failure: Diagnostic): Convergence {
  const goesOn = GOES_ON.has(failure.code)
  return { node, summary: EMPTY_SUMMARY, failure: failureOf(failure), reboot: false, goesOn }
}

function failureOf({ summary, code, why, fix, output }: Diagnostic): NodeFailure {
  return { message: summary, code, why, fix, ...(output && { output }) }
}

function convergenceOf({ node, summary, rebootDue, medium }: PushConvergence): Convergence {
  return { node, summary, reboot: rebootDue, ...(medium && { failure: failureOf(medium) }) }
}

/** Asks the node to restart and waits until it answers with another boot id. */
async function reboot(
  push: PushRun,
  node: string,
  before: string | undefined,
  patienceSeconds: number,
): Promise<void> {
  // The connection breaks while the node goes down, so how it ends says nothing.
  await asRoot(push, node, ['systemctl', 'reboot'])
  const program = compileResources(node, [])
  const answer = await poll(
    async () => {
      const held = await observe(push, program, 'plan', () => undefined)
      if (!held.reached) return { passed: false, detail: held.failure.summary }
      const isNew = held.facts['boot_id'] !== before
      return { passed: isNew, detail: isNew ? 'it is back' : 'it has not gone down' }
    },
    { patienceSeconds, pauseSeconds: 1, signal: push.signal },
  )
  if (!answer.passed) throw new Error(`it did not come back within ${patienceSeconds} s: ${answer.detail}`)
}
