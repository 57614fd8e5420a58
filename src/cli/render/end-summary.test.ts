import { expect, it } from 'vitest'
import {
  crowd,
  finished,
  officeApply,
  recorded,
  runFinished,
  started,
} from '../../../test/cli/example-run.ts'
import { NO_COLOURS } from '../../diagnostics/palette.ts'
import type { Event } from '../../events/event.ts'
import { widthOf } from './columns.ts'
import { endLine, endTable } from './end-summary.ts'
import { RunProgress } from './progress.ts'

const ROLES = new Map([
  ['hammond', ['base', 'consul-server']],
  ['tealc', ['base']],
])

function progressOf(events: readonly Event[]): RunProgress {
  const progress = new RunProgress()
  for (const event of events) progress.take(event)
  return progress
}

it('tells for each node its roles, outcome, counts and time, and the way out of a failure', () => {
  const lines = endTable(progressOf(officeApply()), { palette: NO_COLOURS, roles: ROLES })
  expect(lines).toEqual([
    'NODE     ROLES                OUTCOME    CHANGED  FAILED  TIME',
    'hammond  base, consul-server  changed          3           16s',
    'oneil                         changed          3           16s',
    'carter                        failed           1       1  4.3s  the unit did not start',
    'jackson                       unchanged                    16s',
    'tealc    base                 failed                      3.3s  does not answer at 192.168.42.14',
    '',
    'tealc: fix look at its power and cable, then run bramble apply --node tealc',
  ])
})

it('says in one line what became of the run', () => {
  expect(endLine(progressOf(officeApply()), NO_COLOURS)).toBe(
    'Apply: 7 changed, 1 failed, 1 skipped, 158 unchanged on 5 nodes in 16s; failed: carter and tealc',
  )
})

it('puts failures first when there are too many nodes for a table, and names every failed one', () => {
  const nodes = Array.from({ length: 100 }, (_, index) => `pi-${index}`)
  const isLost = (node: string): boolean => Number(node.slice(3)) >= 60
  const events = recorded(
    started('apply', nodes),
    ...nodes.map((node) => finished(node, isLost(node) ? 'failed' : 'unchanged', {}, {})),
    runFinished('failed', {}, nodes.filter(isLost)),
  )
  const lines = endTable(progressOf(events), { palette: NO_COLOURS, roles: new Map() })
  expect(lines[1]).toMatch(/^pi-60 +failed/)
  expect(lines).toHaveLength(33)
  expect(lines.at(-2)).toBe('… and 70 more: 10 failed, 60 unchanged')
  expect(lines.at(-1)).toContain('pi-99')
})

it('names a way out once, with all nodes that it is for', () => {
  const nodes = ['a', 'b', 'c']
  const failure = { message: 'no sudo', fix: 'give the user sudo' }
  const events = recorded(
    started('apply', nodes),
    ...nodes.map((node) => finished(node, 'failed', {}, failure)),
  )
  const lines = endTable(progressOf(events), { palette: NO_COLOURS, roles: new Map() })
  expect(lines.slice(-2)).toEqual(['', 'a, b and c: fix give the user sudo'])
})

it('stays within the width of the terminal', () => {
  const lines = endTable(progressOf(officeApply()), {
    palette: NO_COLOURS,
    roles: ROLES,
    width: 60,
  })
  expect(Math.max(...lines.slice(0, 6).map(widthOf))).toBeLessThanOrEqual(60)
})

it('shows a run that has no end as unfinished', () => {
  const progress = progressOf(crowd(6))
  expect(endTable(progress, { palette: NO_COLOURS, roles: new Map() })[3]).toMatch(/^pi-003 +unfinished/)
  expect(endLine(progress, NO_COLOURS)).toMatch(/did not come to its end; run bramble apply again/)
})

it('has a row for what belongs to the cluster, with what failed in it and the way out', () => {
  const events = recorded(
    started('apply', ['a']),
    finished('a', 'unchanged', { unchanged: 3 }),
    {
      type: 'engine-finished',
      engine: 'consul',
      outcome: 'failed',
      summary: { unchanged: 9, changed: 2, failed: 1, skipped: 0 },
      problems: [],
      message: 'consul did not take consul-kv:x',
      fix: 'mend what its message says',
    },
    runFinished('failed', { unchanged: 12, changed: 2, failed: 1 }),
  )
  expect(endTable(progressOf(events), { palette: NO_COLOURS, roles: new Map() }).slice(1)).toEqual([
    expect.stringMatching(/^a +unchanged/) as string,
    expect.stringMatching(/^consul +the cluster +failed +2 +1 +did not take consul-kv:x$/) as string,
    '',
    'consul: fix mend what its message says',
  ])
  expect(endLine(progressOf(events), NO_COLOURS)).toContain('; failed: consul')
})

it('says how long each node was worked on, not how long the run went on beside it', () => {
  const slow = { ...finished('a', 'changed', { changed: 1 }), seconds: 12.5 }
  const quick = { ...finished('b', 'changed', { changed: 1 }), seconds: 0.4 }
  const events = recorded(
    started('apply', ['a', 'b']),
    60,
    slow,
    quick,
    runFinished('changed', { changed: 2 }),
  )
  const lines = endTable(progressOf(events), { palette: NO_COLOURS, roles: new Map() })
  expect(lines.slice(1)).toEqual([
    expect.stringMatching(/^a .* 12s *$|^a .* 13s *$/) as string,
    expect.stringMatching(/^b .* 0\.4s *$/) as string,
  ])
})

it('never says that there was nothing to do where nothing was seen', () => {
  const events = recorded(
    started('apply', ['a', 'b']),
    finished('a', 'failed', {}, { message: 'no route' }),
    finished('b', 'failed', {}, { message: 'no route' }),
    runFinished('failed', {}, ['a', 'b']),
  )
  const line = endLine(progressOf(events), NO_COLOURS)
  expect(line).toMatch(/^Apply: nothing was done on 2 nodes in .*; failed: a and b$/)
})

it('names what was left undone when somebody stopped the run', () => {
  const end = { ...runFinished('interrupted', { unchanged: 3 }), unfinishedNodes: ['a', 'b'] }
  const events = recorded(
    started('apply', ['a', 'b']),
    finished('a', 'unfinished', {}, { message: 'goes on' }),
    finished('b', 'skipped', {}, { message: 'was not touched' }),
    end,
  )
  expect(endLine(progressOf(events), NO_COLOURS)).toMatch(/; not done: a and b$/)
  expect(endTable(progressOf(events), { palette: NO_COLOURS, roles: new Map() })[1]).toMatch(/^a +unfinished/)
})
