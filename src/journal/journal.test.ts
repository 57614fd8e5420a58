import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { EMPTY_SUMMARY, type Event, type EventBody } from '../events/event.ts'
import { journalFile, journalFolder, makeJournalFolder, runIds } from './journal-folder.ts'
import { openJournal } from './journal.ts'
import { listRuns, readRun } from './read-journal.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-journal-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const asItIs = (text: string): string => text
const SUBJECT = { command: 'apply', by: 'kai@laptop', version: '1.2.3' }

const STARTED: EventBody = {
  type: 'run-started',
  command: 'apply',
  cluster: 'office',
  nodes: ['hammond', 'oneil'],
  lab: false,
  by: 'kai@laptop',
}
const FINISHED: EventBody = {
  type: 'run-finished',
  outcome: 'changed',
  summary: { ...EMPTY_SUMMARY, changed: 3 },
  failedNodes: [],
}

function event(run: string, body: EventBody): Event {
  return { v: 1, at: '2026-11-23T16:05:01.000Z', run, ...body }
}

function writeRun(...bodies: readonly EventBody[]): string {
  const journal = openJournal(folder, asItIs, SUBJECT)
  for (const body of bodies) journal.sink(event(journal.run, body))
  journal.close()
  return journal.run
}

it('gives back the head and every event of a run', () => {
  const run = writeRun(STARTED, FINISHED)
  const read = readRun(folder, run)
  expect(read?.events).toEqual([event(run, STARTED), event(run, FINISHED)])
  expect(read?.record.state).toBe('finished')
  expect(read?.record.head).toMatchObject({ ...SUBJECT, run, arguments: [], pid: process.pid })
})

it('is readable by its owner alone and kept out of git', () => {
  const run = writeRun(STARTED)
  expect(statSync(journalFile(folder, run)).mode & 0o777).toBe(0o600)
  expect(statSync(journalFolder(folder)).mode & 0o777).toBe(0o700)
  expect(readFileSync(join(folder, '.bramble/.gitignore'), 'utf8')).toBe('*\n')
})

it('leaves a .gitignore that somebody changed as it is', () => {
  makeJournalFolder(folder)
  writeFileSync(join(folder, '.bramble/.gitignore'), '!journal\n')
  writeRun(STARTED)
  expect(readFileSync(join(folder, '.bramble/.gitignore'), 'utf8')).toBe('!journal\n')
})

it('redacts a secret that JSON would escape, wherever it stands', () => {
  const secret = 'pass"word\nof two lines'
  const redact = (text: string): string => text.replaceAll(secret, '(secret)')
  const journal = openJournal(folder, redact, { ...SUBJECT, arguments: [`--set=${secret}`] })
  journal.sink(event(journal.run, { type: 'output', node: 'hammond', text: `it is ${secret}!` }))
  const facts = { [secret]: secret }
  journal.sink(event(journal.run, { type: 'node-connected', node: 'hammond', facts }))
  journal.close()
  const text = readFileSync(journalFile(folder, journal.run), 'utf8')
  expect(text).not.toContain('of two lines')
  expect(text).toContain('it is (secret)!')
  expect(text).toContain('{"(secret)":"(secret)"}')
})

it('shows a run whose controller was killed, up to its last whole line', () => {
  const controller = `
    import { openJournal } from ${JSON.stringify(fileURLToPath(new URL('./journal.ts', import.meta.url)))}
    const journal = openJournal(${JSON.stringify(folder)}, (text) => text, ${JSON.stringify(SUBJECT)})
    journal.sink({ v: 1, at: '2026-11-23T16:05:01Z', run: journal.run, ...${JSON.stringify(STARTED)} })
    journal.sink({ v: 1, at: '2026-11-23T16:05:02Z', run: journal.run, type: 'output', node: 'oneil', text: 'half of it' })
    process.kill(process.pid, 'SIGKILL')`
  const top = fileURLToPath(new URL('../..', import.meta.url))
  writeFileSync(join(folder, 'controller.ts'), controller)
  const args = ['--import', 'jiti/register', join(folder, 'controller.ts')]
  const ended = spawnSync(process.execPath, args, { cwd: top })
  expect(ended.signal).toBe('SIGKILL')
  const [run = ''] = runIds(folder)
  const file = journalFile(folder, run)
  truncateSync(file, statSync(file).size - 20)

  const [record] = listRuns(folder)
  expect(record?.state).toBe('unfinished')
  expect(record?.started?.nodes).toEqual(['hammond', 'oneil'])
  expect(readRun(folder, run)?.events.map(({ type }) => type)).toEqual(['run-started'])
})

it('tells a run that still goes on from one that was cut off', () => {
  const journal = openJournal(folder, asItIs, SUBJECT)
  journal.sink(event(journal.run, STARTED))
  expect(listRuns(folder)[0]?.state).toBe('running')
  journal.close()
})

it('keeps the newest 200 runs', () => {
  makeJournalFolder(folder)
  const old = Array.from({ length: 230 }, (_, index) => `20200101-${String(index).padStart(6, '0')}-abcd`)
  for (const run of old) writeFileSync(journalFile(folder, run), '')
  writeFileSync(join(journalFolder(folder), 'notes.txt'), 'not ours')
  const run = writeRun(STARTED)
  expect(runIds(folder)).toEqual([...old.slice(-199), run])
  expect(existsSync(join(journalFolder(folder), 'notes.txt'))).toBe(true)
})

it('lists a run of any length by its two ends', () => {
  const chatter: EventBody = { type: 'output', node: 'hammond', text: 'x'.repeat(1000) }
  const run = writeRun(STARTED, ...Array.from({ length: 2000 }, () => chatter), FINISHED)
  const [record] = listRuns(folder)
  expect(record).toMatchObject({ run, state: 'finished', started: STARTED, finished: FINISHED })
})

it('goes on without a journal when the folder cannot be written, and says why', () => {
  writeFileSync(join(folder, '.bramble'), 'a file where the folder should be')
  const journal = openJournal(folder, asItIs, SUBJECT)
  journal.sink(event(journal.run, STARTED))
  journal.close()
  expect(journal.problem()).toMatch(/EEXIST|ENOTDIR/)
  expect(journal.run).toMatch(/^\d{8}-\d{6}-[0-9a-f]{4}$/)
})

it('finds no run whose name leads out of the folder', () => {
  writeFileSync(join(folder, 'secret.ndjson'), '{}')
  expect(readRun(folder, '../../secret')).toBeUndefined()
})

it('keeps nothing of a run that could not begin', () => {
  const run = writeRun()
  expect(runIds(folder)).toEqual([])
  expect(readRun(folder, run)).toBeUndefined()
})

it('lists nothing before the first run', () => {
  expect(listRuns(folder)).toEqual([])
})

it('reports a journal that may not be read instead of hiding it', () => {
  const run = writeRun(STARTED)
  chmodSync(journalFile(folder, run), 0)
  // The superuser reads everything, so for it the run is simply there.
  if (process.geteuid?.() === 0) expect(listRuns(folder)).toHaveLength(1)
  else expect(() => listRuns(folder)).toThrow(/EACCES/)
})
