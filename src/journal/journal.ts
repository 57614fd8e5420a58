/** Writes the journal of one run: a head, then every event as it happens, one JSON object a line. */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Event, EventSink } from '../events/event.ts'
import type { JournalHead } from './journal-line.ts'
import { journalFile, makeJournalFolder, pruneRuns } from './journal-folder.ts'
import { redacted } from './redacted.ts'
import { newRunId } from './run-id.ts'

/** What the head of a journal tells. */
export interface JournalSubject {
  /** The verb: plan, apply. */
  readonly command: string
  /** What was typed after it; none when left out. */
  readonly arguments?: readonly string[]
  /** Who runs it, such as `kai@laptop`. */
  readonly by: string
  /** Version of Bramble. */
  readonly version: string
}

/** A journal that is being written. */
export interface Journal {
  /** Takes the events. Never throws: a run is worth more than its journal; see `problem`. */
  readonly sink: EventSink
  /** Name of the run, for the events. */
  readonly run: string
  /** What the file system said when writing failed, such as "no space left on device"; undefined while all is well. */
  readonly problem: () => string | undefined
  /** Brings everything to the disk and closes the file; safe to call twice. A run without events leaves no file. */
  readonly close: () => void
}

/**
 * Starts the journal of a run in the folder of the cluster file.
 *
 * @param redact takes the secrets out of a text; it sees every text of every event.
 *
 * @example
 * const journal = openJournal(folder, redact, { command: 'apply', by: 'kai@laptop', version: '1.0.0' })
 * for await (const event of events) journal.sink(event)
 * journal.close()
 */
export function openJournal(
  folder: string,
  redact: (text: string) => string,
  subject: JournalSubject,
): Journal {
  const at = new Date()
  const journal = new JournalFile(folder, at, redact)
  journal.write(headOf(journal.run, at, subject))
  return {
    sink: (event) => journal.writeEvent(event),
    run: journal.run,
    problem: () => journal.problem,
    close: () => journal.close(),
  }
}

function headOf(run: string, at: Date, { command, by, version, ...subject }: JournalSubject): JournalHead {
  return {
    v: 1,
    type: 'journal',
    run,
    at: at.toISOString(),
    by,
    command,
    arguments: subject.arguments ?? [],
    version,
    pid: process.pid,
    computer: hostname(),
  }
}

/** The open file; the first thing that goes wrong ends the writing, never the run. */
class JournalFile {
  readonly run: string
  problem: string | undefined
  readonly #folder: string
  readonly #redact: (text: string) => string
  #hasEvents = false
  #file: number | undefined

  constructor(folder: string, at: Date, redact: (text: string) => string) {
    this.#folder = folder
    this.#redact = redact
    let made: { run: string; file?: number } = { run: newRunId(at) }
    this.#attempt(() => {
      makeJournalFolder(folder)
      pruneRuns(folder)
      made = createRun(folder, at, made.run)
    })
    this.run = made.run
    this.#file = made.file
  }

  write(value: JournalHead | Event): void {
    const file = this.#file
    if (file === undefined || this.problem !== undefined) return
    const line = `${JSON.stringify(redacted(value, this.#redact))}\n`
    this.#attempt(() => writeWhole(file, line))
  }

  writeEvent(event: Event): void {
    this.#hasEvents = true
    this.write(event)
  }

  close(): void {
    const file = this.#file
    this.#file = undefined
    if (file === undefined) return
    // What could not even begin, for instance because of a mistake in a filter, is no run.
    if (!this.#hasEvents) this.#attempt(() => rmSync(journalFile(this.#folder, this.run)))
    this.#attempt(() => fsyncSync(file))
    this.#attempt(() => closeSync(file))
  }

  #attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.problem ??= (error as Error).message
    }
  }
}

/** A file that nobody else has: two controllers may start in the same second. */
function createRun(folder: string, at: Date, first: string): { run: string; file: number } {
  for (let run = first; ; run = newRunId(at)) {
    try {
      return { run, file: openSync(journalFile(folder, run), 'ax', 0o600) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/** The operating system may take less than it is given, for instance when the disk is nearly full. */
function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done)
}
