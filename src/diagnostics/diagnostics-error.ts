/** Carries diagnostics out of a call that cannot go on. */
import type { Diagnostic } from './diagnostic.ts'

/** Thrown where the user has to mend something first; `diagnostics` is what to show. */
export class DiagnosticsError extends Error {
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ code, summary }) => `${code}: ${summary}`).join('\n'))
    this.diagnostics = diagnostics
  }
}
