/** Where journals lie: `.bramble/journal` beside the cluster file, readable by their owner alone, never in git. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRunId } from './run-id.ts'

/** So many runs are kept. */
export const KEPT_RUNS = 200

const ENDING = '.ndjson'

/** The folder of the journals of a cluster's folder. */
export function journalFolder(folder: string): string {
  return join(folder, '.bramble', 'journal')
}

/** The file of one run; the name must have been checked with `isRunId`. */
export function journalFile(folder: string, run: string): string {
  return join(journalFolder(folder), `${run}${ENDING}`)
}

/** Names of all runs that are kept, oldest first; none when there is no journal yet. */
export function runIds(folder: string): readonly string[] {
  let names: readonly string[]
  try {
    names = readdirSync(journalFolder(folder))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return names
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length))
    .filter(isRunId)
    .toSorted()
}

/** Makes the folder, and tells git to leave it alone. Throws what the file system says. */
export function makeJournalFolder(folder: string): void {
  mkdirSync(journalFolder(folder), { recursive: true, mode: 0o700 })
  try {
    writeFileSync(join(folder, '.bramble', '.gitignore'), '*\n', { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Removes the oldest runs so that, with the one that is about to start, {@link KEPT_RUNS} are kept. */
export function pruneRuns(folder: string, kept: number = KEPT_RUNS): void {
  const runs = runIds(folder)
  // Two controllers may prune at once: `force` takes a file that is gone for removed.
  for (const run of runs.slice(0, Math.max(0, runs.length - kept + 1))) {
    rmSync(journalFile(folder, run), { force: true })
  }
}
