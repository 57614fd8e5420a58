/** Runs a TypeScript file of the user and says where in it an error arose. */
import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { resolve } from 'node:path'
import type { FilePlace } from '../diagnostics/diagnostic.ts'
import { privateCacheFolder } from '../support/cache-folder.ts'
import { reasonOf } from '../support/reason.ts'

/** What came of running a file. */
export type TypedRun = (
  { readonly exported: Readonly<Record<string, unknown>> } | { readonly error: unknown }
) & {
  /** Where in the file an error arose, now or when something of it is called later; undefined when the error does not tell. */
  readonly placeOf: (error: unknown) => FilePlace | undefined
}

/**
 * Runs a file. It is a program and may do whatever a program can. `modules` are what it may import by name, such as `bramble` for the
 * public API: they need not be installed anywhere.
 */
export async function runTyped(
  path: string,
  modules: Readonly<Record<string, unknown>> = {},
): Promise<TypedRun> {
  const kept = privateCacheFolder('typed')
  const ran = await runOnce(path, modules, kept)
  const place = 'error' in ran ? (ran.error as Partial<NodeJS.ErrnoException> | undefined)?.path : undefined
  const isOfCache = kept !== undefined && place?.startsWith(kept) === true
  // A full disk is no mistake of the file.
  return isOfCache ? runOnce(path, modules, undefined) : ran
}

async function runOnce(
  path: string,
  modules: Readonly<Record<string, unknown>>,
  kept: string | undefined,
): Promise<TypedRun> {
  // Loaded here: most clusters have no such file, and it costs every other start as much as reading one.
  const { createJiti } = await import('jiti')
  const file = resolve(path)
  const jiti = createJiti(import.meta.url, {
    // Translating takes longer than the rest of a run that has nothing to do.
    fsCache: kept ?? false,
    // A second reading of a changed file must see the change.
    moduleCache: false,
    interopDefault: false,
    sourceMaps: true,
    virtualModules: { ...modules },
  })
  const translated = (): string =>
    jiti.transform({ source: readFileSync(file, 'utf8'), filename: file, ts: true, async: true })
  const placeOf = (error: unknown): FilePlace | undefined => {
    const place = placeOfError(error, file, translated)
    return place && { file: path, ...place }
  }
  try {
    return { exported: await jiti.import<Readonly<Record<string, unknown>>>(file), placeOf }
  } catch (error) {
    return { error, placeOf }
  }
}

/** The first line, without the words of whoever translated the file. */
export function problemOf(error: unknown): string {
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
