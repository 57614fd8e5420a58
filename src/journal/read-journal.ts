/** Reads journals back: the list of runs, and one run with all its events, also when its controller was killed. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Event } from '../events/event.ts'
import { isProcessAlive } from '../support/process-alive.ts'
import { parseJournalLine, type JournalHead } from './journal-line.ts'
import { journalFile, runIds } from './journal-folder.ts'

type RunStarted = Extract<Event, { type: 'run-started' }>
type RunFinished = Extract<Event, { type: 'run-finished' }>

/** How a run stands: `unfinished` when its controller went away without an end, `running` when it is still there. */
export type RunState = 'finished' | 'running' | 'unfinished'

/** What the list of runs tells of one. */
export interface RunRecord {
  readonly run: string
  readonly state: RunState
  /** Undefined when the file does not start as a journal. */
  readonly head: JournalHead | undefined
  readonly started: RunStarted | undefined
  readonly finished: RunFinished | undefined
}

/** Only the two ends of a file are read for the list: the head and `run-started`, and `run-finished`. */
const END_BYTES = 256 * 1024

/** All runs that are kept for a cluster's folder, oldest first. */
export function listRuns(folder: string): readonly RunRecord[] {
  return runIds(folder).flatMap((run) => readRecord(folder, run) ?? [])
}

/** What the list tells of one run; undefined when its file went away since the folder was listed. */
export function readRecord(folder: string, run: string): RunRecord | undefined {
  const ends = readEnds(journalFile(folder, run))
  return ends && recordOf(run, linesOf(ends.first), linesOf(ends.last))
}

/** One run with its events; undefined when there is none of this name. */
export function readRun(
  folder: string,
  run: string,
): { readonly record: RunRecord; readonly events: readonly Event[] } | undefined {
  if (!runIds(folder).includes(run)) return undefined
  const lines = linesOf(readFileSync(journalFile(folder, run), 'utf8'))
  const events = lines.filter((line): line is Event => line.type !== 'journal')
  return { record: recordOf(run, lines, lines), events }
}

function recordOf(
  run: string,
  first: readonly (JournalHead | Event)[],
  last: readonly (JournalHead | Event)[],
): RunRecord {
  const head = first.find((line) => line.type === 'journal')
  const started = first.find((line) => line.type === 'run-started')
  const finished = last.findLast((line) => line.type === 'run-finished')
  const state = finished ? 'finished' : head && isRunning(head) ? 'running' : 'unfinished'
  return { run, state, head, started, finished }
}

/** The last line of a killed controller may be cut off, and the ends of a long file start in the middle of a line. */
function linesOf(text: string): readonly (JournalHead | Event)[] {
  return text
    .split('\n')
    .map(parseJournalLine)
    .filter((line) => line !== undefined)
}

function isRunning({ pid, computer }: JournalHead): boolean {
  return computer === hostname() && isProcessAlive(pid)
}

/** Undefined when the file went away since the folder was listed: another run may be pruning. */
function readEnds(path: string): { readonly first: string; readonly last: string } | undefined {
  const file = openIfThere(path)
  if (file === undefined) return undefined
  try {
    const { size } = fstatSync(file)
    const first = readPart(file, 0, Math.min(size, END_BYTES))
    return { first, last: size <= END_BYTES ? first : readPart(file, size - END_BYTES, END_BYTES) }
  } finally {
    closeSync(file)
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function readPart(file: number, from: number, length: number): string {
  const bytes = Buffer.alloc(length)
  const read = readSync(file, bytes, 0, length, from)
  return bytes.toString('utf8', 0, read)
}
