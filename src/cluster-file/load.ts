/** Loads the cluster file of a folder, whichever way it is written. */
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { readingCodes } from '../diagnostics/catalogue/reading.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { ReadResult } from './check.ts'
import { findClusterFile } from './find.ts'
import { positionsWithoutLines } from './positions.ts'
import { readTypedClusterFile } from './read-typed.ts'
import type { ReadTypedOptions } from './read-typed.ts'
import { readClusterFile } from './read.ts'
import { decodeUtf8 } from './utf8.ts'

/** What loading adds to reading. */
export interface LoadResult extends ReadResult {
  /** The file as it is shown to the user; undefined when there is none. */
  readonly path?: string
  /** The text, for quoting its lines; undefined for a typed file. */
  readonly text?: string
}

/** Which file to load, beside how to read it. */
export interface LoadOptions extends ReadTypedOptions {
  /** The file, by its path; looked for by its usual names in the folder when left out. */
  readonly file?: string | undefined
}

/** Finds, reads and checks the cluster file in `folder`. Nothing is thrown for what the user did. */
export async function loadClusterFile(folder: string, options: LoadOptions): Promise<LoadResult> {
  const found = options.file === undefined ? findClusterFile(folder) : { path: options.file }
  if ('diagnostic' in found) {
    return { diagnostics: [found.diagnostic], positions: positionsWithoutLines(folder) }
  }
  const path = relative('.', found.path)
  const failed = (diagnostic: Diagnostic): LoadResult => ({
    path,
    diagnostics: [diagnostic],
    positions: positionsWithoutLines(path),
  })
  const given = options.texts?.get(path)
  if (given !== undefined) return { path, text: given, ...readClusterFile({ path, text: given }, options) }
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    return failed(readingCodes.CLUSTER_FILE_UNREADABLE({ file: path, problem: readProblem(error) }))
  }
  const decoded = decodeUtf8(path, bytes)
  if (!('text' in decoded)) {
    const { where, encoding } = decoded
    return failed(
      readingCodes.CLUSTER_FILE_NOT_UTF8({ file: path, found: decoded.found, encoding }, { where }),
    )
  }
  if (path.endsWith('.ts')) return { path, ...(await readTypedClusterFile(path, options)) }
  return { path, text: decoded.text, ...readClusterFile({ path, text: decoded.text }, options) }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOENT: 'it is gone, or a link to nothing',
}

function readProblem(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) throw error
  return PROBLEMS[String(error.code)] ?? error.message
}
