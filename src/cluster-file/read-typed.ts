/** Reads a cluster file written in TypeScript. */
import { resolve } from 'node:path'
import { readingCodes } from '../diagnostics/catalogue/reading.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { reasonOf } from '../support/reason.ts'
import { checkClusterFile } from './check.ts'
import type { ReadOptions, ReadResult } from './check.ts'
import { positionsWithoutLines } from './positions.ts'

/** What reading a typed cluster file may be told. */
export interface ReadTypedOptions extends ReadOptions {
  /** What import names stand for, such as `bramble` for the public API: absolute paths. */
  readonly imports?: Readonly<Record<string, string>>
}

/**
 * Runs a `cluster.ts` and checks its default export. The file is a program and may do whatever a program can; what it throws comes
 * back as a diagnostic.
 */
export async function readTypedClusterFile(path: string, options: ReadTypedOptions): Promise<ReadResult> {
  const positions = positionsWithoutLines(path)
  const failed = (diagnostic: Diagnostic): ReadResult => ({ diagnostics: [diagnostic], positions })
  let exported: { readonly default?: unknown }
  try {
    // Loaded here: most cluster files are YAML, and it costs every other start as much as reading one.
    const { createJiti } = await import('jiti')
    // Its cache lies in a folder that all users share; a module cache would hide a second reading of a changed file.
    const jiti = createJiti(import.meta.url, {
      fsCache: false,
      moduleCache: false,
      interopDefault: false,
      alias: { ...options.imports },
    })
    exported = await jiti.import<{ readonly default?: unknown }>(resolve(path))
  } catch (error) {
    const problem = firstLine(error)
    return failed(readingCodes.TYPED_FILE_FAILED({ file: path, problem }, { where: positions.of([]) }))
  }
  const cluster = exported.default
  if (typeof cluster !== 'object' || cluster === null || cluster instanceof Promise) {
    return failed(readingCodes.TYPED_FILE_NO_CLUSTER({ file: path }, { where: positions.of([]) }))
  }
  return checkClusterFile(cluster, positions, options)
}

function firstLine(error: unknown): string {
  const text = reasonOf(error)
  return text.split('\n', 1)[0]?.slice(0, 200) ?? ''
}
