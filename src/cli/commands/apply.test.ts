import { describe, expect, it } from 'vitest'
import { bramble, officeFolder, scratchFolder, type CommandOptions } from '../../../test/cli/command-run.ts'
import {
  OFFICE,
  finished,
  officeApply,
  officePlan,
  recorded,
  runFinished,
  started,
} from '../../../test/cli/example-run.ts'
import type { Event } from '../../events/event.ts'
import type { RunOptions } from '../../api/index.ts'
import type { ClusterApi } from '../cluster-api.ts'

/** An apply that asks as the real one does: after the look, before the first change. */
function recordedApply(
  events: readonly Event[],
): Pick<ClusterApi, 'apply'> & { readonly given: RunOptions[] } {
  const given: RunOptions[] = []
  async function* apply(_cluster: unknown, options: RunOptions = {}): AsyncIterable<Event> {
    given.push(options)
    const firstChange = events.findIndex(({ type }) => type === 'phase-started' || type === 'run-finished')
    const differs = events.some(({ type }) => type === 'resource-differs')
    const planned = events.filter(({ type }) => type === 'run-started' || type === 'resource-differs')
    yield* events.slice(0, firstChange)
    if (differs && options.confirm && !(await options.confirm(planned))) return
    yield* events.slice(firstChange)
  }
  return { apply, given }
}

const UNCHANGED = recorded(
  started('apply'),
  ...OFFICE.map((node) => finished(node, 'unchanged', { unchanged: 40 })),
  0.4,
  runFinished('unchanged', { unchanged: 200 }),
)

const apply = (words: readonly string[], events: readonly Event[], options: CommandOptions = {}) =>
  bramble(['apply', ...words], { folder: officeFolder(), api: recordedApply(events), ...options })

describe('apply without a terminal', () => {
  it('refuses to change anything that nobody agreed to', async () => {
    const { code, out, err } = await apply([], officeApply())
    expect(code).toBe(1)
    expect(out).toContain('Plan: 1 to create, 6 to change, 1 to remove on 4 of 5 nodes')
    expect(out).not.toContain('the unit did not start')
    expect(err).toContain('error CONFIRMATION_MISSING: nobody is there to agree to the changes')
    expect(err).toContain('bramble apply --yes')
  })

  it('needs nobody to agree to nothing', async () => {
    const { code, out, err } = await apply([], UNCHANGED)
    expect([code, err]).toEqual([0, ''])
    expect(out.trimEnd().split('\n').at(-1)).toBe('Apply: 200 unchanged on 5 nodes in 0.4s')
    expect((await apply(['--json'], UNCHANGED)).code).toBe(0)
  })

  it('tells what is wrong with the cluster file before it asks for anything', async () => {
    const { code, err } = await bramble(['apply'], { folder: scratchFolder() })
    expect(code).toBe(1)
    expect(err).toContain('error CLUSTER_FILE_MISSING')
  })

  it('changes nothing with --json that nobody agreed to, and says so to the program', async () => {
    const { code, out } = await apply(['--json'], officeApply())
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(code).toBe(1)
    expect(lines.at(-1)).toMatchObject({ diagnostics: [{ code: 'CONFIRMATION_MISSING' }] })
    expect(lines.map(({ type }) => type)).not.toContain('resource-changed')
  })

  it('shows how much it is, then what happens, then a table and one line that says it all', async () => {
    const { code, out } = await apply(['--yes', '--full'], officeApply())
    expect(code).toBe(1)
    const places = [
      'run 20261123-160501-a1b2: apply office on 5 nodes',
      'file:/etc/hosts on 4 nodes',
      'Plan: 1 to create, 6 to change, 1 to remove on 4 of 5 nodes',
      'carter/service:consul: failed: the unit did not start',
      'run 20261123-160501-a1b2: failed',
      'NODE     OUTCOME',
      'Apply: 7 changed, 1 failed, 1 skipped, 158 unchanged on 5 nodes in 16s; failed: carter and tealc',
    ].map((text) => out.indexOf(text))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places[0]).toBe(0)
  })

  it('leaves the plan out when somebody agreed beforehand, unless it is asked for', async () => {
    const { out } = await apply(['--yes'], officeApply())
    expect(out).toContain('Plan: 1 to create, 6 to change, 1 to remove on 4 of 5 nodes')
    expect(out).not.toContain('file:/etc/hosts on 4 nodes')
  })

  it('says in one line that there was nothing to do', async () => {
    const { code, out } = await apply(['--yes'], UNCHANGED)
    expect(code).toBe(0)
    expect(out.trimEnd().split('\n').at(-1)).toBe('Apply: 200 unchanged on 5 nodes in 0.4s')
    expect(out).not.toContain('NODE ')
  })

  it('writes events alone with --json, the end of the run last', async () => {
    const { code, out } = await apply(['--yes', '--json'], officeApply())
    expect(code).toBe(1)
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Event)
    expect(events).toEqual(officeApply())
  })
})

describe('apply at a terminal', () => {
  it('changes nothing when the answer is not yes', async () => {
    const { code, out } = await apply([], officeApply(), { typed: '\r' })
    expect(code).toBe(1)
    expect(out).toContain('Apply these changes? [y/N]')
    expect(out).toMatch(/Nothing was changed\.\n$/)
    expect(out).not.toContain('the unit did not start')
  })

  it('goes on when the answer is yes', async () => {
    const { out } = await apply([], officeApply(), { typed: 'y\r' })
    expect(out).toContain('Plan: 1 to create')
    expect(out).toContain('Apply: 7 changed')
  })

  it('asks nothing with --yes, and nothing when nothing differs', async () => {
    expect((await apply(['--yes'], officeApply(), { typed: '' })).out).not.toContain('[y/N]')
    expect((await apply([], UNCHANGED, { typed: '' })).out).not.toContain('[y/N]')
  })

  it('ends with 130 when the question is answered with Ctrl-C', async () => {
    const { code } = await apply([], officeApply(), { typed: '\u0003' })
    expect(code).toBe(130)
  })
})

it('hands filters on as lists, however they are written', async () => {
  const api = recordedApply(UNCHANGED)
  await bramble(
    [
      'apply',
      '--yes',
      '--node',
      'hammond,oneil',
      '--node',
      'carter',
      '-r',
      'base',
      '--concurrency',
      '3',
      '--timeout',
      '600',
      '--patience',
      '60',
    ],
    {
      folder: officeFolder(),
      api,
    },
  )
  expect(api.given[0]).toMatchObject({
    nodes: ['hammond', 'oneil', 'carter'],
    roles: ['base'],
    concurrency: 3,
    timeoutSeconds: 600,
    patienceSeconds: 60,
  })
})

describe('plan of a cluster whose engine is not well', () => {
  it('says so above its one line, and ends with 1 although nothing is to be done', async () => {
    const engine: Event = {
      ...(UNCHANGED[0] as Event),
      type: 'engine-finished',
      engine: 'consul',
      outcome: 'failed',
      summary: { unchanged: 9, changed: 0, failed: 0, skipped: 0 },
      problems: ['doorbell on oneil is not passing: connection refused'],
      message: 'consul is not well',
      fix: 'bramble status shows it',
    }
    const nodes = UNCHANGED.filter(({ type }) => type !== 'run-finished')
    const events = [...nodes, engine, ...recorded(runFinished('failed', { unchanged: 200 }))]
    async function* stream(): AsyncIterable<Event> {
      yield* events
    }
    const ended = await bramble(['plan'], { folder: officeFolder(), api: { plan: () => stream() } })
    expect(ended.code).toBe(1)
    expect(ended.out).toContain('consul: doorbell on oneil is not passing: connection refused\n')
    expect(ended.out.trimEnd().split('\n').at(-1)).toMatch(
      /^Plan: nothing to do on 5 nodes; not well: consul$/,
    )
  })
})

describe('plan', () => {
  const plan = (words: readonly string[], events: readonly Event[]) =>
    bramble(['plan', ...words], { folder: officeFolder(), api: { plan: () => stream(events) } })

  async function* stream(events: readonly Event[]): AsyncIterable<Event> {
    yield* events
  }
  const differing = officePlan().map((event) =>
    event.type === 'run-finished' ? { ...event, outcome: 'changed' as const, failedNodes: [] } : event,
  )

  it.each([
    ['0 when something differs', [], differing, 0],
    ['0 when nothing differs, with --detailed-exitcode', ['--detailed-exitcode'], UNCHANGED, 0],
    ['2 when something differs, with --detailed-exitcode', ['--detailed-exitcode'], differing, 2],
    ['1 when a node was not seen', ['--detailed-exitcode'], officePlan(), 1],
  ])('ends with %s', async (_, words, events, expected) => {
    expect((await plan(words, events)).code).toBe(expected)
  })

  it('ends with its summary', async () => {
    const { out } = await plan([], officePlan())
    expect(out).toMatch(/\nPlan: 1 to create, 6 to change, 1 to remove on 4 of 5 nodes; not seen: tealc\n$/)
  })
})
