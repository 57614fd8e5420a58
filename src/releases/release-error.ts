/** Carries what is wrong with a release to the command that wanted it. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts'

/** Thrown when a release cannot be had; `diagnostic` is what to show. */
export class ReleaseError extends Error {
  readonly diagnostic: Diagnostic

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.summary)
    this.diagnostic = diagnostic
  }
}
