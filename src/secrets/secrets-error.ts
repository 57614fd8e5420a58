/** The error that carries what is wrong with the secrets to whoever can show it. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts'

/**
 * Secrets that cannot be read, used or written. Reading stops here, unlike in the cluster file, because nothing
 * sensible can be done without them; but all damaged files are told at once.
 */
export class SecretsError extends Error {
  override readonly name = 'SecretsError'
  readonly diagnostics: readonly Diagnostic[]
  /** Code of the first diagnostic. */
  readonly code: string
  readonly why: string
  readonly fix: string

  constructor(first: Diagnostic, ...others: readonly Diagnostic[]) {
    super(first.summary)
    this.diagnostics = [first, ...others]
    this.code = first.code
    this.why = first.why
    this.fix = first.fix
  }
}
