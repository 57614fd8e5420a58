/** One line of text for an event: stable, made to be searched and read in logs. */
import type { Event, NodeOutcome, RunOutcome, Summary } from '../../events/event.ts'
import { oneLine, withoutName } from './columns.ts'
import { counted, summaryPhrase } from './counts.ts'

/** Which events are worth a line. */
export interface PlainOptions {
  /** Also one line for each resource that differs: where no plan is printed, as when a journal is replayed. */
  readonly differences: boolean
  /** Also a line for every step, for what a node said of itself, and how long a node took. */
  readonly steps?: boolean
  /** What the run is: in a plan, what differs was not changed. `apply` when left out. */
  readonly command?: 'plan' | 'apply'
}

const DONE = { create: 'created', update: 'changed', remove: 'removed' } as const
const TO_DO = { create: 'to create', update: 'to change', remove: 'to remove' } as const

/** Phases that explain why nothing happens; what the others come to has lines of its own. */
const TOLD_PHASES: Readonly<Record<string, string>> = {
  wait: 'waits for',
  gate: 'waits until well:',
  reboot: 'reboots',
}

/** The other phases, where every step is told: what is asked of the node. */
const STEPS: Readonly<Record<string, string>> = {
  connect: 'logs in',
  check: 'is asked what differs',
  converge: 'is changed',
  verify: 'is asked whether it answers a new connection',
}

/** What a node is, for people. */
const FACTS = ['model', 'architecture', 'os', 'os_release', 'machine']

/** The lines for an event; most events have one, some none, failures also the output that came with them. */
export function plainLines(event: Event, options: PlainOptions): string[] {
  return (resourceLines(event, options) ?? nodeLines(event, options) ?? runLines(event, options) ?? []).map(
    oneLine,
  )
}

function resourceLines(event: Event, { differences }: PlainOptions): string[] | undefined {
  switch (event.type) {
    case 'resource-differs':
      return differences
        ? [
            `${event.address}: ${event.putsBack ? 'to put back' : TO_DO[event.action]}` +
              `${after(', ', event.effect)}${after(': ', event.reason)}`,
          ]
        : []
    case 'resource-unseen':
      return [`${event.address}: cannot be looked at: ${event.message}`]
    case 'node-waits': {
      const what = event.addresses.length > 0 ? `: ${event.addresses.join(', ')}` : ''
      return [`${event.node}: waits for ${event.offers.join(', ')}${what}`]
    }
    case 'resource-changed':
      return [`${event.address}: ${event.putsBack ? 'put back' : DONE[event.action]}`]
    case 'resource-failed':
      return [
        `${event.address}: failed: ${event.message}`,
        ...event.output.map((line) => `${event.address}: | ${line}`),
      ]
    case 'resource-skipped':
      return [`${event.address}: skipped: ${event.message}`]
    default:
      return undefined
  }
}

function nodeLines(event: Event, { command = 'apply', steps = false }: PlainOptions): string[] | undefined {
  switch (event.type) {
    case 'node-connected':
      return [`${event.node}: connected`, ...(steps ? [`${event.node}: it is ${factsOf(event.facts)}`] : [])]
    case 'phase-started': {
      const told = TOLD_PHASES[event.phase] ?? (steps ? STEPS[event.phase] : undefined)
      return told === undefined ? [] : [`${event.node}: ${told}${after(' ', event.detail)}`]
    }
    case 'output':
      return event.text
        .trimEnd()
        .split('\n')
        .map((line) => `${event.node}: | ${line}`)
    case 'gate-passed':
      return [`${event.node}: ${event.gate} is well${after(': ', event.detail)}`]
    case 'node-finished': {
      const message = event.message && withoutName(event.message, event.node)
      const fact = `${after(': ', event.code)}${after(': ', message)}`
      const advice = `${after('; why: ', event.why)}${after('; fix: ', event.fix)}`
      return [
        ...(event.output ?? []).map((line) => `${event.node}: | ${line}`),
        `${event.node}: ${ending(event, command, `${fact}${advice}`)}${took(event.seconds, steps)}`,
      ]
    }
    default:
      return undefined
  }
}

function factsOf(facts: Readonly<Record<string, string>>): string {
  return FACTS.flatMap((name) => facts[name] ?? []).join(', ')
}

function took(seconds: number | undefined, steps: boolean): string {
  return steps && seconds !== undefined ? ` after ${seconds.toFixed(1)} s` : ''
}

function runLines(event: Event, { command = 'apply' }: PlainOptions): string[] | undefined {
  switch (event.type) {
    case 'run-started': {
      const what = `${event.command} ${event.cluster}${event.lab ? ' (lab)' : ''}`
      return [`run ${event.run}: ${what} on ${counted(event.nodes.length, 'node')} by ${event.by}`]
    }
    case 'warning':
      return [`${event.node === undefined ? '' : `${event.node}: `}warning ${event.code}: ${event.text}`]
    case 'engine-finished': {
      const fact = `${after(': ', event.code)}${after(': ', event.message)}`
      const advice = `${after('; why: ', event.why)}${after('; fix: ', event.fix)}`
      return [
        ...event.problems.map((problem) => `${event.engine}: ${problem}`),
        `${event.engine}: ${ending(event, command, `${fact}${advice}`)}`,
      ]
    }
    case 'run-finished': {
      const failed = event.failedNodes.length > 0 ? `; failed nodes: ${event.failedNodes.join(', ')}` : ''
      const { unfinishedNodes = [] } = event
      const rest = unfinishedNodes.length > 0 ? `; not done: ${unfinishedNodes.join(', ')}` : ''
      return [`run ${event.run}: ${ending(event, command)}${failed}${rest}`]
    }
    default:
      return undefined
  }
}

/** `changed (3 changed, 40 unchanged)`; in a plan `3 to change, 40 unchanged`, for nothing was changed. */
function ending(
  { outcome, summary }: { readonly outcome: NodeOutcome | RunOutcome; readonly summary: Summary },
  command: 'plan' | 'apply',
  advice = '',
): string {
  const phrase = summaryPhrase(summary, command)
  if (command === 'plan' && (outcome === 'changed' || outcome === 'unchanged'))
    return `${phrase === '' ? 'nothing to do' : phrase}${advice}`
  return `${outcome}${advice}${phrase === '' ? '' : ` (${phrase})`}`
}

/** The text with what joins it to what stands before it; nothing for no text. */
function after(joint: string, text: string | undefined): string {
  return text === undefined || text === '' ? '' : `${joint}${text}`
}
