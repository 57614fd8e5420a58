/** Reads a cluster file written in TypeScript. */
import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { resolve } from 'node:path'
import { readingCodes } from '../diagnostics/catalogue/reading.ts'
import type { Diagnostic, FilePlace } from '../diagnostics/diagnostic.ts'
import { reasonOf } from '../support/reason.ts'
import { checkClusterFile } from './check.ts'
import type { ReadOptions, ReadResult } from './check.ts'
import { positionsWithoutLines } from './positions.ts'

/** What reading a typed cluster file may be told. */
export interface ReadTypedOptions extends ReadOptions {
  /** What import names stand for, such as `bramble` for the public API: absolute paths. They need not be installed anywhere. */
  readonly imports?: Readonly<Record<string, string>>
}

/**
 * Runs a `cluster.ts` and checks its default export. The file is a program and may do whatever a program can; what it throws comes
 * back as a diagnostic.
 */
export async function readTypedClusterFile(path: string, options: ReadTypedOptions): Promise<ReadResult> {
  const positions = positionsWithoutLines(path)
  const failed = (diagnostic: Diagnostic): ReadResult => ({ diagnostics: [diagnostic], positions })
  // Loaded here: most cluster files are YAML, and it costs every other start as much as reading one.
  const { createJiti } = await import('jiti')
  const file = resolve(path)
  // Its cache lies in a folder that all users share; a module cache would hide a second reading of a changed file.
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    sourceMaps: true,
    alias: { ...options.imports },
    // Written in JavaScript: translating all of it would take seconds.
    nativeModules: Object.values(options.imports ?? {}),
  })
  let exported: { readonly default?: unknown }
  try {
    exported = await jiti.import<{ readonly default?: unknown }>(file)
  } catch (error) {
    const translated = (): string =>
      jiti.transform({ source: readFileSync(file, 'utf8'), filename: file, ts: true, async: true })
    const where = placeOfError(error, file, translated)
    const details = { file: path, problem: problemOf(error) }
    return failed(
      readingCodes.TYPED_FILE_FAILED(details, { where: where ? { file: path, ...where } : positions.of([]) }),
    )
  }
  const cluster = exported.default
  if (typeof cluster !== 'object' || cluster === null || cluster instanceof Promise) {
    return failed(readingCodes.TYPED_FILE_NO_CLUSTER({ file: path }, { where: positions.of([]) }))
  }
  return checkClusterFile(cluster, positions, options)
}

/** The first line, without the words of whoever translated the file. */
function problemOf(error: unknown): string {
  const text = reasonOf(error).replace(/^ParseError: /, '')
  return text.split('\n', 1)[0]?.trim().slice(0, 200) ?? ''
}

/** Where in the file an error arose; undefined when it says nothing of it. */
function placeOfError(
  error: unknown,
  file: string,
  translated: () => string,
): Omit<FilePlace, 'file'> | undefined {
  if (!(error instanceof Error)) return undefined
  const text = `${error.message}\n${error.stack ?? ''}`
  const at = text.indexOf(`${file}:`)
  const [, line, column] = at === -1 ? [] : (/^:(\d+):(\d+)/.exec(text.slice(at + file.length)) ?? [])
  if (line === undefined || column === undefined) return undefined
  const place = { line: Number(line), column: Number(column), length: 0 }
  // What does not parse is told of as it was written.
  return error.message.startsWith('ParseError') ? place : (original(place, translated()) ?? place)
}

/** The place before the translation, which moves what stands on a line. */
function original(
  { line, column }: { readonly line: number; readonly column: number },
  code: string,
): Omit<FilePlace, 'file'> | undefined {
  const [, encoded] = /\/\/# sourceMappingURL=data:application\/json;[^,]*base64,(\S+)/.exec(code) ?? []
  if (encoded === undefined) return undefined
  const map = JSON.parse(Buffer.from(encoded, 'base64').toString()) as SourceMapPayload
  const entry = new SourceMap(map).findEntry(line - 1, column - 1)
  if (!('originalLine' in entry)) return undefined
  return { line: entry.originalLine + 1, column: entry.originalColumn + 1, length: 0 }
}
