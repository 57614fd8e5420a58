/** Recorded runs for the tests of everything that shows runs: an office of five nodes, and crowds of any size. */
import { EMPTY_SUMMARY, type Event, type EventBody } from '../../src/events/event.ts'

export const OFFICE = ['hammond', 'oneil', 'carter', 'jackson', 'tealc'] as const
const RUN = '20261123-160501-a1b2'
const START = Date.parse('2026-11-23T16:05:01.000Z')

/** Turns bodies into events; a number between them is so many seconds in which nothing happens. */
export function recorded(...steps: readonly (EventBody | number)[]): Event[] {
  let at = START
  return steps.flatMap((step) => {
    if (typeof step !== 'number') return [{ v: 1, at: new Date(at).toISOString(), run: RUN, ...step }]
    at += step * 1000
    return []
  })
}

export function started(command: 'plan' | 'apply', nodes: readonly string[] = OFFICE): EventBody {
  return { type: 'run-started', command, cluster: 'office', nodes, lab: false, by: 'kai@laptop' }
}

export function phase(
  node: string,
  name: Extract<EventBody, { type: 'phase-started' }>['phase'],
  detail?: string,
): EventBody {
  return { type: 'phase-started', node, phase: name, ...(detail !== undefined && { detail }) }
}

type Differs = Extract<EventBody, { type: 'resource-differs' }>

export function differs(
  node: string,
  resource: string,
  action: Differs['action'],
  reason: string,
  ...differences: Differs['differences']
): EventBody {
  return { type: 'resource-differs', node, address: `${node}/${resource}`, action, reason, differences }
}

type NodeFinished = Extract<EventBody, { type: 'node-finished' }>

export function finished(
  node: string,
  outcome: NodeFinished['outcome'],
  counts: Partial<typeof EMPTY_SUMMARY> = {},
  failure: Partial<Pick<NodeFinished, 'message' | 'code' | 'why' | 'fix' | 'output'>> = {},
): EventBody {
  return { type: 'node-finished', node, outcome, summary: { ...EMPTY_SUMMARY, ...counts }, ...failure }
}

export function runFinished(
  outcome: Extract<EventBody, { type: 'run-finished' }>['outcome'],
  counts: Partial<typeof EMPTY_SUMMARY>,
  failedNodes: readonly string[] = [],
): EventBody {
  return { type: 'run-finished', outcome, summary: { ...EMPTY_SUMMARY, ...counts }, failedNodes }
}

const HOSTS_BEFORE = '127.0.0.1 localhost\n127.0.1.1 raspberrypi\n'
const HOSTS_AFTER = '127.0.0.1 localhost\n192.168.42.10 hammond\n192.168.42.11 oneil\n'

/** The look at the office: one file differs alike on all nodes, two nodes differ in more, one cannot be reached. */
function look(): (EventBody | number)[] {
  const hosts = { field: 'content', is: HOSTS_BEFORE, wanted: HOSTS_AFTER }
  return [
    ...OFFICE.map((node) => phase(node, 'check')),
    0.3,
    ...OFFICE.slice(0, 4).map((node): EventBody => ({
      type: 'node-connected',
      node,
      facts: { model: 'pi4' },
    })),
    ...OFFICE.slice(0, 4).map((node) => differs(node, 'file:/etc/hosts', 'update', 'content differs', hosts)),
    differs('hammond', 'file:/etc/motd', 'create', 'is not there', { field: 'content', wanted: 'Welcome\n' }),
    differs('hammond', 'file:/etc/consul.d/consul.hcl', 'update', 'mode differs', {
      field: 'mode',
      is: '0644',
      wanted: '0600',
    }),
    differs('oneil', 'file:/etc/consul.d/token', 'update', 'content differs', {
      field: 'content',
      hidden: 'secret',
    }),
    differs('oneil', 'package:nano', 'remove', 'is no longer in the cluster file'),
    3,
    finished(
      'tealc',
      'failed',
      {},
      {
        message: 'tealc does not answer at 192.168.42.14',
        code: 'NODE_UNREACHABLE',
        why: 'nothing was changed on it',
        output: ['ssh: connect to host 192.168.42.14 port 22: No route to host'],
        fix: 'look at its power and cable, then run bramble apply --node tealc',
      },
    ),
  ]
}

export function officePlan(): Event[] {
  return recorded(
    started('plan'),
    ...look(),
    ...OFFICE.slice(0, 4).map((node) => finished(node, 'changed', { changed: 1, unchanged: 40 })),
    runFinished('failed', { changed: 8, unchanged: 160 }, ['tealc']),
  )
}

export function officeApply(): Event[] {
  return recorded(
    started('apply'),
    ...look(),
    ...['hammond', 'oneil', 'carter'].map((node) => phase(node, 'converge')),
    { type: 'warning', node: 'oneil', code: 'CLOCK_OFF', text: 'the clock is 4 s behind' },
    1,
    { type: 'resource-changed', node: 'hammond', address: 'hammond/file:/etc/hosts', action: 'update' },
    { type: 'resource-changed', node: 'hammond', address: 'hammond/file:/etc/motd', action: 'create' },
    { type: 'resource-changed', node: 'oneil', address: 'oneil/package:nano', action: 'remove' },
    {
      type: 'resource-failed',
      node: 'carter',
      address: 'carter/service:consul',
      message: 'the unit did not start',
      output: ['consul[812]: failed to parse config', 'consul[812]: \u001b[31mexit 1\u001b[0m'],
    },
    {
      type: 'resource-skipped',
      node: 'carter',
      address: 'carter/command:join',
      message: 'needs service:consul',
    },
    finished(
      'carter',
      'failed',
      { changed: 1, failed: 1, skipped: 1, unchanged: 38 },
      { message: 'the unit did not start' },
    ),
    phase('jackson', 'wait', 'consul'),
    phase('hammond', 'gate', 'consul'),
    12,
    { type: 'gate-passed', node: 'hammond', gate: 'consul', detail: '3 voters, leader hammond' },
    finished('hammond', 'changed', { changed: 3, unchanged: 40 }),
    finished('oneil', 'changed', { changed: 3, unchanged: 39 }),
    finished('jackson', 'unchanged', { unchanged: 41 }),
    runFinished('failed', { changed: 7, failed: 1, skipped: 1, unchanged: 158 }, ['carter', 'tealc']),
  )
}

/** Many nodes in the middle of an apply: a third finished, a third converging, a third queued. */
export function crowd(size: number): Event[] {
  const nodes = Array.from({ length: size }, (_, index) => `pi-${String(index + 1).padStart(3, '0')}`)
  const third = Math.floor(size / 3)
  return recorded(
    started('apply', nodes),
    ...nodes.slice(0, 2 * third).map((node) => phase(node, 'check')),
    1,
    ...nodes.slice(0, 2 * third).map((node) => phase(node, 'converge')),
    ...nodes.slice(0, third).map((node) => finished(node, 'changed', { changed: 2 })),
  )
}
