/** How a run stands, added up from its events: what the live view and the closing table show. */
import { withoutName } from './columns.ts'
import { EMPTY_SUMMARY, type Event, type NodeOutcome, type Summary } from '../../events/event.ts'

/** What a node is at; `queued` before its first event and between the look and its turn. */
export type NodeState = 'queued' | Extract<Event, { type: 'phase-started' }>['phase'] | 'finished'

/** How one node stands. Times are milliseconds of the epoch, by the events' own clock. */
export interface NodeProgress {
  readonly name: string
  state: NodeState
  /** What the phase says of itself, or the resource that was done last. */
  detail: string
  /** When the state began. */
  since: number
  started?: number
  finished?: number
  /** Resources that differ, and how many of them were dealt with. */
  differing: number
  done: number
  failed: number
  outcome?: NodeOutcome
  /** How long it was worked on, where the run says so. */
  seconds?: number
  summary: Summary
  message?: string
  fix?: string
}

/** A whole run. */
export class RunProgress {
  command: 'plan' | 'apply' = 'apply'
  cluster = ''
  lab = false
  started = 0
  /** Nodes of the cluster in its order; what belongs to the cluster as a whole is not among them. */
  readonly nodes = new Map<string, NodeProgress>()
  /** Engines that are done, by name. */
  readonly engines = new Map<string, Extract<Event, { type: 'engine-finished' }>>()
  /** The end of the run. */
  end?: Extract<Event, { type: 'run-finished' }>
  endedAt?: number

  /** Takes the next event. */
  take(event: Event): void {
    const at = Date.parse(event.at)
    if (event.type === 'run-started') {
      this.command = event.command
      this.cluster = event.cluster
      this.lab = event.lab
      this.started = at
      for (const name of event.nodes) this.nodes.set(name, newNode(name, at))
    } else if (event.type === 'run-finished') {
      this.end = event
      this.endedAt = at
    } else if (event.type === 'engine-finished') {
      this.engines.set(event.engine, event)
    } else {
      const node = 'node' in event && event.node !== undefined ? this.nodes.get(event.node) : undefined
      if (node) advance(node, event, at)
    }
  }

  /** Takes time out of the account in which the run waited for an answer. */
  skip(milliseconds: number): void {
    this.started += milliseconds
    for (const node of this.nodes.values()) {
      if (node.state === 'finished') continue
      node.since += milliseconds
      if (node.started !== undefined) node.started += milliseconds
    }
  }

  /** After a plan was agreed to: nodes that were looked at now wait for their turn. */
  queueChecked(at: number): void {
    for (const node of this.nodes.values()) {
      if (node.state === 'check') enter(node, 'queued', 'for its turn', at)
    }
  }
}

function newNode(name: string, at: number): NodeProgress {
  return {
    name,
    state: 'queued',
    detail: '',
    since: at,
    differing: 0,
    done: 0,
    failed: 0,
    summary: EMPTY_SUMMARY,
  }
}

function advance(node: NodeProgress, event: Event, at: number): void {
  node.started ??= at
  switch (event.type) {
    case 'phase-started':
      enter(node, event.phase, event.detail ?? '', at)
      break
    case 'resource-differs':
      node.differing++
      break
    case 'resource-changed':
    case 'resource-skipped':
      node.done++
      node.detail = localAddress(event.address)
      break
    case 'resource-failed':
      node.done++
      node.failed++
      node.detail = localAddress(event.address)
      break
    case 'output':
      node.detail = event.text.trim().split('\n').at(-1) ?? ''
      break
    case 'node-finished':
      if (event.message !== undefined) node.message = withoutName(event.message, event.node)
      enter(node, 'finished', node.message ?? '', at)
      node.finished = at
      node.outcome = event.outcome
      node.summary = event.summary
      if (event.fix !== undefined) node.fix = event.fix
      if (event.seconds !== undefined) node.seconds = event.seconds
      break
  }
}

function enter(node: NodeProgress, state: NodeState, detail: string, at: number): void {
  node.state = state
  node.detail = detail
  node.since = at
}

function localAddress(address: string): string {
  return address.slice(address.indexOf('/') + 1)
}
