/** Shows diagnostics on standard error, so that standard output holds nothing but what was asked for. */
import { readFileSync } from 'node:fs'
import { sortDiagnostics } from '../diagnostics/diagnostics.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { diagnosticForTwin } from '../diagnostics/for-twin.ts'
import { renderHuman, renderJson } from '../diagnostics/render.ts'
import type { Terminal } from './surroundings.ts'

/** Shows them for people, or one JSON object a line; for the twin in the lab with what to type for that. */
export function showDiagnostics(
  terminal: Pick<Terminal, 'err' | 'errPalette'>,
  diagnostics: readonly Diagnostic[],
  { json, lab }: { readonly json: boolean; readonly lab: boolean },
): void {
  if (diagnostics.length === 0) return
  const sorted = shownDiagnostics(diagnostics, lab)
  terminal.err(json ? renderJson(sorted) : renderHuman(sorted, { source, palette: terminal.errPalette }))
}

/** In their order; for the twin in the lab with what to type for that. */
export function shownDiagnostics(diagnostics: readonly Diagnostic[], lab: boolean): readonly Diagnostic[] {
  return sortDiagnostics(lab ? diagnostics.map(diagnosticForTwin) : diagnostics)
}

/** The text of a file, to quote the faulty line. */
function source(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
