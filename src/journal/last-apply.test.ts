import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { EMPTY_SUMMARY, type RunOutcome } from '../events/event.ts'
import { openJournal } from './journal.ts'
import { openApply } from './last-apply.ts'

/** A journal of runs, oldest first, each with its nodes and how it ended. */
function journal() {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-last-apply-'))
  // Runs of one second have no order.
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => {
    vi.useRealTimers()
    rmSync(folder, { recursive: true })
  })
  const run = (
    nodes: readonly string[],
    outcome: RunOutcome | undefined,
    failedNodes: readonly string[] = [],
    { command = 'apply', lab = false }: { command?: 'plan' | 'apply' | 'reset'; lab?: boolean } = {},
  ): string => {
    vi.setSystemTime(Date.now() + 1000)
    const subject = { command, arguments: [], by: 'kai@laptop', version: '1.2.3' }
    const kept = openJournal(folder, (text) => text, subject)
    const stamp = { v: 1, at: new Date().toISOString(), run: kept.run } as const
    kept.sink({
      ...stamp,
      type: 'run-started',
      command: command === 'plan' ? 'plan' : 'apply',
      cluster: 'x',
      nodes,
      lab,
      by: 'kai@laptop',
    })
    if (outcome) kept.sink({ ...stamp, type: 'run-finished', outcome, summary: EMPTY_SUMMARY, failedNodes })
    kept.close()
    return kept.run
  }
  return { run, open: (lab = false) => openApply(folder, lab, ['a', 'b']) }
}

it('has nothing to say when there was no apply, or the last one of every node ended well', () => {
  const { run, open } = journal()
  expect(open()).toBeUndefined()
  run(['a', 'b'], 'failed', ['a'])
  run(['a', 'b'], 'changed')
  expect(open()).toBeUndefined()
})

it('names the apply that failed, until its nodes are made good', () => {
  const { run, open } = journal()
  const failed = run(['a', 'b'], 'failed', ['a'])
  expect(open()).toEqual({ run: failed, command: 'apply', state: 'failed', nodes: ['a'] })
  run(['b'], 'unchanged')
  expect(open()?.run).toBe(failed)
  run(['a'], 'changed')
  expect(open()).toBeUndefined()
})

it('takes what failed in the cluster as a whole for open until all nodes were applied to', () => {
  const { run, open } = journal()
  const failed = run(['a', 'b'], 'failed')
  run(['a'], 'changed')
  expect(open()).toEqual({ run: failed, command: 'apply', state: 'failed', nodes: [] })
  run(['b'], 'changed')
  expect(open()).toBeUndefined()
})

it('does not take a plan, or the twin in the lab, for an apply', () => {
  const { run, open } = journal()
  run(['a', 'b'], 'failed', ['a'], { command: 'plan' })
  const twin = run(['a', 'b'], 'failed', ['b'], { lab: true })
  expect(open()).toBeUndefined()
  expect(open(true)?.run).toBe(twin)
})

it('takes what was interrupted or not reached for open, and passes over what nobody agreed to', () => {
  const { run, open } = journal()
  const stopped = run(['a', 'b'], 'interrupted')
  run(['a', 'b'], 'declined')
  expect(open()).toEqual({ run: stopped, command: 'apply', state: 'unfinished', nodes: ['a', 'b'] })
  const partly = run(['a', 'b'], 'incomplete')
  expect(open()?.run).toBe(partly)
})

it('tells one that is still under way', () => {
  const { run, open } = journal()
  const going = run(['a', 'b'], undefined)
  // The process that wrote it is this one.
  expect(open()).toEqual({ run: going, command: 'apply', state: 'running', nodes: ['a', 'b'] })
})

it('says of a reset that it was one, and takes an apply for what makes it good', () => {
  const { run, open } = journal()
  const reset = run(['a'], 'failed', ['a'], { command: 'reset' })
  expect(open()).toEqual({ run: reset, command: 'reset', state: 'failed', nodes: ['a'] })
  run(['a'], 'changed')
  expect(open()).toBeUndefined()
})
