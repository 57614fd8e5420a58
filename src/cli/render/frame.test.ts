import { expect, it } from 'vitest'
import {
  crowd,
  finished,
  officeApply,
  OFFICE,
  phase,
  recorded,
  started,
} from '../../../test/cli/example-run.ts'
import { NO_COLOURS } from '../../diagnostics/palette.ts'
import type { Event } from '../../events/event.ts'
import { widthOf } from './columns.ts'
import { renderFrame } from './frame.ts'
import { RunProgress } from './progress.ts'

function progressOf(events: readonly Event[]): RunProgress {
  const progress = new RunProgress()
  for (const event of events) progress.take(event)
  return progress
}

function frameOf(events: readonly Event[], columns: number, rows: number): string[] {
  const now = Date.parse(events.at(-1)?.at ?? '') + 2000
  return renderFrame(progressOf(events), { columns, rows }, now, NO_COLOURS, '*')
}

it('shows every node of a small cluster, in the order of the cluster file', () => {
  const events = officeApply().slice(0, -5)
  expect(frameOf(events, 80, 24)).toEqual([
    '* apply office  2 of 5 nodes done · 2 failed · 6s',
    '  hammond  settling   consul                                                 2s',
    '  oneil    converging 1/3 package:nano                                       3s',
    '  carter   failed     the unit did not start                                 4s',
    '  jackson  waiting    for consul                                             2s',
    '  tealc    failed     does not answer at 192.168.42.14                       3s',
  ])
})

it('says of nodes that were looked at what there is to change', () => {
  const events = recorded(
    started('plan', ['hammond', 'oneil']),
    finished('hammond', 'changed', { changed: 4, unchanged: 37 }),
    finished('oneil', 'unchanged', { unchanged: 41 }),
  )
  const lines = frameOf(events, 80, 24)
  expect(lines[1]).toMatch(/^ {2}hammond {2}differs {4}4 to change, 37 unchanged /)
  expect(lines[2]).toMatch(/^ {2}oneil {4}unchanged {2}nothing to do /)
})

it('shows of 500 nodes those at work, as many as fit, and counts the others', () => {
  const lines = frameOf(crowd(500), 80, 24)
  expect(lines).toHaveLength(23)
  expect(lines[0]).toBe('* apply office  166 of 500 nodes done · 3s')
  expect(lines[1]).toMatch(/^ {2}pi-167 {2}converging .* 2s$/)
  expect(lines.at(-1)).toBe('  … and 313 more: 145 converging, 168 queued')
})

it('keeps the node that takes longest in sight', () => {
  const [slow = '', ...others] = Array.from({ length: 50 }, (_, index) => `pi-${index}`)
  const events = recorded(
    started('apply', [...others, slow]),
    phase(slow, 'converge'),
    5,
    ...others.map((node) => phase(node, 'converge')),
  )
  expect(frameOf(events, 80, 10)[1]).toContain(slow)
})

it.each([80, 40, 24, 12])('never draws wider than a terminal of %i columns', (columns) => {
  for (const events of [officeApply(), crowd(100)]) {
    const widths = frameOf(events, columns, 24).map(widthOf)
    expect(Math.max(...widths)).toBeLessThan(columns)
  }
})

it.each([24, 8, 4, 3, 2, 1])('never draws higher than a terminal of %i rows', (rows) => {
  expect(frameOf(crowd(100), 80, rows).length).toBeLessThanOrEqual(Math.max(1, rows - 1))
})

it('shows control characters of a node as pictures', () => {
  const events = recorded(started('apply'), phase('hammond', 'converge', '\u001b[2J\u0007'))
  expect(frameOf(events, 80, 24)[1]).toContain('␛[2J␇')
})

it('shows nodes that were looked at as queued once the plan is agreed to', () => {
  const progress = progressOf(recorded(started('apply'), ...OFFICE.map((node) => phase(node, 'check'))))
  progress.queueChecked(Date.now())
  expect([...progress.nodes.values()].map(({ state }) => state)).toEqual(OFFICE.map(() => 'queued'))
})

it('does not count the time in which somebody thought about the plan', () => {
  const progress = progressOf(recorded(started('apply'), phase('hammond', 'check')))
  const begin = progress.started
  progress.skip(60_000)
  const lines = renderFrame(progress, { columns: 80, rows: 24 }, begin + 63_000, NO_COLOURS, '*')
  expect(lines[0]).toBe('* apply office  0 of 5 nodes done · 3s')
  expect(lines[1]).toMatch(/hammond +checking +3s$/)
})
