/** Takes the secrets out of whatever a run tells, those among them that it learns of on its way. */
import type { Resolved } from '../../resolve/resolve.ts'
import { redactor, type Redactor } from '../../secrets/redaction.ts'
import type { SecretStore } from '../../secrets/store.ts'
import { secretTextsOf } from '../../wishes/file-wish.ts'
import { knownLater } from './known-later.ts'

/** The redaction of one run. */
export class Redaction {
  #redact: Redactor = (text) => text
  #later: Redactor = (text) => text

  /** Begins with what the run knows once it is prepared. */
  begin(parts: { readonly secrets: SecretStore; readonly resolved: Pick<Resolved, 'files'> }): void {
    this.learn(parts)
    this.#later = knownLater(parts.secrets)
  }

  /** A secret has come: from now on it shows in no text. */
  learn({
    secrets,
    resolved,
  }: {
    readonly secrets: SecretStore
    readonly resolved: Pick<Resolved, 'files'>
  }): void {
    this.#redact = redactor([...secrets.values(), ...secretTextsOf(resolved.files)])
  }

  /** For the journal, which gets what was told. */
  readonly secret: Redactor = (text) => this.#redact(text)

  /** For what is told. */
  readonly told: Redactor = (text) => this.#redact(this.#later(text))
}
