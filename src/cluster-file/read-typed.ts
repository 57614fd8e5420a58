/** Reads a cluster file written in TypeScript. */
import { readingCodes } from '../diagnostics/catalogue/reading.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { ReadOptions, ReadResult } from './check.ts'
import { positionsWithoutLines } from './positions.ts'
import { checkParts } from './read.ts'
import { problemOf, runTyped } from './run-typed.ts'

/** What reading a typed cluster file may be told. */
export interface ReadTypedOptions extends ReadOptions {
  /** What it may import by name, such as `bramble` for the public API. They need not be installed anywhere. */
  readonly modules?: Readonly<Record<string, unknown>>
}

/**
 * Runs a `cluster.ts` and checks its default export. The file is a program and may do whatever a program can; what it throws comes
 * back as a diagnostic.
 */
export async function readTypedClusterFile(path: string, options: ReadTypedOptions): Promise<ReadResult> {
  const positions = positionsWithoutLines(path)
  const failed = (diagnostic: Diagnostic): ReadResult => ({ diagnostics: [diagnostic], positions })
  const ran = await runTyped(path, options.modules)
  if (!('exported' in ran)) {
    const details = { file: path, problem: problemOf(ran.error) }
    return failed(
      readingCodes.TYPED_FILE_FAILED(details, { where: ran.placeOf(ran.error) ?? positions.of([]) }),
    )
  }
  const cluster = ran.exported['default']
  if (typeof cluster !== 'object' || cluster === null || cluster instanceof Promise) {
    return failed(readingCodes.TYPED_FILE_NO_CLUSTER({ file: path }, { where: positions.of([]) }))
  }
  const main = { path, text: '', value: cluster, positions }
  const { parts = [], ...result } = checkParts(main, [], options)
  return { ...result, parts: parts.slice(1) }
}
