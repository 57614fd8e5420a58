/** Shows diagnostics on standard error, so that standard output holds nothing but what was asked for. */
import { readFileSync } from 'node:fs'
import { sortDiagnostics } from '../diagnostics/diagnostics.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnosticForTwin } from '../diagnostics/for-twin.ts'
import { withClusterWords } from './again.ts'
import type { SharedOptions } from './shared-options.ts'
import { renderHuman, renderJson } from '../diagnostics/render.ts'
import type { Terminal } from './surroundings.ts'

/** For which cluster commands are proposed. */
export interface ClusterMeant {
  /** The twin in the lab. */
  readonly lab?: boolean
  /** The options that were typed. */
  readonly typed?: SharedOptions
}

/** Texts of files by path that are not written, in place of those that are. */
export type Texts = ReadonlyMap<string, string>

/** Shows them for people, or one JSON object a line; with what to type for the cluster that is meant. */
export function showDiagnostics(
  terminal: Pick<Terminal, 'err' | 'errPalette'>,
  diagnostics: readonly Diagnostic[],
  { json, texts, ...meant }: ClusterMeant & { readonly json: boolean; readonly texts?: Texts },
): void {
  if (diagnostics.length === 0) return
  const sorted = shownDiagnostics(diagnostics, meant)
  terminal.err(
    json
      ? renderJson(sorted)
      : renderHuman(sorted, {
          source: (file) => texts?.get(file) ?? source(file),
          palette: terminal.errPalette,
        }),
  )
}

/** In their order; with what to type for the cluster that is meant. */
export function shownDiagnostics(
  diagnostics: readonly Diagnostic[],
  { lab = false, typed = {} }: ClusterMeant,
): readonly Diagnostic[] {
  const forTwin = lab ? diagnostics.map(diagnosticForTwin) : diagnostics
  return sortDiagnostics(forTwin.map((each) => ({ ...each, fix: withClusterWords(each.fix, typed) })))
}

/** The text of a file, to quote the faulty line. */
function source(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
