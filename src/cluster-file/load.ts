/** Loads the cluster file of a folder, whichever way it is written. */
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { readingCodes } from '../diagnostics/catalogue/reading.ts'
import type { ReadResult } from './check.ts'
import { findClusterFile } from './find.ts'
import { positionsWithoutLines } from './positions.ts'
import { readTypedClusterFile } from './read-typed.ts'
import type { ReadTypedOptions } from './read-typed.ts'
import { readClusterFile } from './read.ts'

/** What loading adds to reading. */
export interface LoadResult extends ReadResult {
  /** The file as it is shown to the user; undefined when there is none. */
  readonly path?: string
  /** The text, for quoting its lines; undefined for a typed file. */
  readonly text?: string
}

/** Finds, reads and checks the cluster file in `folder`. Nothing is thrown for what the user did. */
export async function loadClusterFile(folder: string, options: ReadTypedOptions): Promise<LoadResult> {
  const found = findClusterFile(folder)
  if ('diagnostic' in found) {
    return { diagnostics: [found.diagnostic], positions: positionsWithoutLines(folder) }
  }
  const path = relative('.', found.path)
  if (path.endsWith('.ts')) return { path, ...(await readTypedClusterFile(path, options)) }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path))
    return { path, text, ...readClusterFile({ path, text }, options) }
  } catch (error) {
    const details = { file: path, problem: readProblem(error) }
    return {
      path,
      diagnostics: [readingCodes.CLUSTER_FILE_UNREADABLE(details)],
      positions: positionsWithoutLines(path),
    }
  }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOENT: 'it is gone, or a link to nothing',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8 text',
}

function readProblem(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) throw error
  return PROBLEMS[String(error.code)] ?? error.message
}
