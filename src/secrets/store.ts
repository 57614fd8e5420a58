/** The secrets of one cluster: opened once, asked and changed in memory, written by `save`. */
import { Bug } from '../diagnostics/bug.ts'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import { identityFileFor, readIdentities } from './identity.ts'
import { requireValue, secretTexts } from './secret-content.ts'
import type { Secret, SecretKind, SecretText, SecretValues } from './secret-content.ts'
import { requireSecretName } from './secret-name.ts'
import { SecretsError } from './secrets-error.ts'
import { openStoreIdentity } from './store-identity.ts'
import { StoreFolder } from './store-folder.ts'
import { readSecrets } from './store-reading.ts'

/** How to open the secrets of a cluster. */
export interface OpenOptions {
  /** The folder of the encrypted files, `secrets` beside the cluster file; it need not exist. */
  readonly folder: string
  /** Name of the cluster, which is also the name of the identity file. */
  readonly cluster: string
  /** `read` for a plan and all else that changes nothing: there, `save` is a defect. */
  readonly mode: 'read' | 'create'
  /** Instead of the usual place; see {@link identityFileFor}. */
  readonly identityFile?: string | undefined
  /** The process's own when left out. */
  readonly environment?: NodeJS.ProcessEnv | undefined
  /** The computer's clock when left out. */
  readonly now?: (() => Date) | undefined
}

/** What may be shown of a secret. */
export interface SecretSummary {
  readonly name: string
  readonly kind: SecretKind
  readonly createdAt: string
  /** Whether {@link SecretStore.save} would write it. */
  readonly pending: boolean
  /** Whether the value before the last rotation is kept. */
  readonly hasPrevious: boolean
  /** Whether it came from outside. */
  readonly imported: boolean
}

/**
 * Opens the secrets of a cluster. A folder that does not exist is an empty store; the first save makes it, and the identity too.
 * Throws {@link SecretsError} for an identity or a file that cannot be used.
 *
 * @example
 * const secrets = await openSecrets({ folder: 'secrets', cluster: 'office', mode: 'create' })
 * const token = secrets.ensure('consul/management', 'token', newToken)
 * await secrets.save()
 */
export async function openSecrets(options: OpenOptions): Promise<SecretStore> {
  const identityFile = identityFileFor(options)
  const identity = await openStoreIdentity(options.folder, identityFile)
  const secrets = await readSecrets(options.folder, identity)
  // A new store takes an identity that is there already; better to hear now than after an hour that it is unusable.
  if (identity === undefined && options.mode === 'create') await readIdentities(identityFile, options.folder)
  const sealed = new Map([...secrets].map(([name, stored]) => [name, stored.sealed]))
  const folder = new StoreFolder(options.folder, identityFile, identity, sealed)
  const held = new Map([...secrets].map(([name, stored]) => [name, stored.secret]))
  return new SecretStore(folder, held, options.mode, options.now ?? (() => new Date()))
}

/** Secrets in memory alone, for a look at nodes where the real ones cannot be opened. */
export function passingSecrets(now: () => Date = () => new Date()): SecretStore {
  return new SecretStore(new StoreFolder('', '', undefined, new Map()), new Map(), 'read', now)
}

/** Open secrets. Nothing here touches the disk, except what returns a promise. */
export class SecretStore {
  readonly #folder: StoreFolder
  readonly #held: Map<string, Secret>
  readonly #mode: OpenOptions['mode']
  readonly #now: () => Date
  readonly #changed = new Set<string>()
  /** Replaced and removed values: nodes and logs may still hold them. */
  readonly #gone: SecretText[] = []

  /** Use {@link openSecrets}. */
  constructor(folder: StoreFolder, held: Map<string, Secret>, mode: OpenOptions['mode'], now: () => Date) {
    this.#folder = folder
    this.#held = held
    this.#mode = mode
    this.#now = now
  }

  /** All secrets by name, without their values. */
  list(): readonly SecretSummary[] {
    return [...this.#held.values()]
      .map(({ name, kind, createdAt, previous, imported }) => {
        return {
          name,
          kind,
          createdAt,
          pending: this.#changed.has(name),
          hasPrevious: previous !== undefined,
          imported: imported ?? false,
        }
      })
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Whether there is a secret of this name. */
  has(name: string): boolean {
    return this.#held.has(name)
  }

  /** The secret; throws {@link SecretsError} when it is absent or of another kind than the given one. */
  get(name: string): Secret
  get<Kind extends SecretKind>(name: string, kind: Kind): Secret<Kind>
  get(name: string, kind?: SecretKind): Secret {
    requireSecretName(name)
    const secret = this.#held.get(name)
    if (secret === undefined) {
      const near = didYouMean(name, this.#held.keys())
      throw new SecretsError(secretsCodes.SECRET_MISSING({ name, near }))
    }
    if (kind !== undefined && secret.kind !== kind) {
      const details = { name, found: secret.kind, expected: kind }
      throw new SecretsError(secretsCodes.SECRET_KIND_MISMATCH(details))
    }
    return secret
  }

  /**
   * The secret as it is, or one with a value made now and kept from here on. In a plan the new value lives in memory
   * only: it is the same through the run and listed by {@link pending}.
   */
  ensure<Kind extends SecretKind>(name: string, kind: Kind, make: () => SecretValues[Kind]): Secret<Kind> {
    return this.has(name) ? this.get(name, kind) : this.put(name, kind, make())
  }

  /** Sets the value, whatever was there before, and forgets that. */
  put<Kind extends SecretKind>(name: string, kind: Kind, value: SecretValues[Kind]): Secret<Kind> {
    return this.#set({ name, kind, createdAt: this.#now().toISOString(), value })
  }

  /** Gives an existing secret a new value and keeps the old one as its `previous`. */
  rotate<Kind extends SecretKind>(
    name: string,
    kind: Kind,
    make: (old: SecretValues[Kind]) => SecretValues[Kind],
  ): Secret<Kind> {
    const { createdAt, value } = this.get(name, kind)
    const previous = { createdAt, value }
    return this.#set({ name, kind, createdAt: this.#now().toISOString(), value: make(value), previous })
  }

  /** Takes a value from outside; over an existing one only when told so, and then as {@link rotate} does. */
  import<Kind extends SecretKind>(
    name: string,
    kind: Kind,
    value: SecretValues[Kind],
    options: { readonly replace?: boolean } = {},
  ): Secret<Kind> {
    if (!this.has(name)) return this.#imported(this.put(name, kind, value))
    if (!options.replace) throw new SecretsError(secretsCodes.SECRET_EXISTS({ name }))
    const taken =
      this.get(name).kind === kind ? this.rotate(name, kind, () => value) : this.put(name, kind, value)
    return this.#imported(taken)
  }

  /** Takes a secret away; throws {@link SecretsError} when there is none. */
  remove(name: string): void {
    this.#gone.push(...secretTexts(this.get(name)))
    this.#held.delete(name)
    this.#changed.add(name)
  }

  /** Names that {@link save} would write or delete, sorted. */
  pending(): readonly string[] {
    return [...this.#changed].toSorted()
  }

  /** Every text that must not show, with the names of their secrets: for a redactor. */
  values(): readonly SecretText[] {
    return [...[...this.#held.values()].flatMap(secretTexts), ...this.#gone]
  }

  /** What the user should know though everything works. */
  async warnings(): Promise<readonly Diagnostic[]> {
    const { added, removed } = await this.#folder.recipientChanges()
    return added.length + removed.length > 0 ? [secretsCodes.RECIPIENTS_CHANGED({ added, removed })] : []
  }

  /**
   * Lets in exactly the people in `recipients.txt`, with the next {@link save}. When somebody left, or nothing changed, the store gets
   * a new key and every file is encrypted anew.
   */
  async rekey(): Promise<{ readonly added: readonly string[]; readonly removed: readonly string[] }> {
    return this.#folder.rekey()
  }

  /**
   * Writes what changed, on the disk for certain when it returns, and gives the names. Either all is written or, with a
   * {@link SecretsError}, nothing: also when another process changed one of them since they were read.
   */
  async save(): Promise<readonly string[]> {
    if (this.#mode === 'read') throw new Bug('secrets that were opened for reading were to be saved')
    const names = this.pending()
    await this.#folder.write(this.#held, names)
    this.#changed.clear()
    return names
  }

  #imported<Kind extends SecretKind>(secret: Secret<Kind>): Secret<Kind> {
    const marked = { ...secret, imported: true } as const
    this.#held.set(secret.name, marked)
    return marked
  }

  #set<Kind extends SecretKind>(secret: Secret<Kind>): Secret<Kind> {
    requireSecretName(secret.name)
    requireValue(secret.name, secret.kind, secret.value)
    const before = this.#held.get(secret.name)
    if (before) this.#gone.push(...secretTexts(before))
    this.#held.set(secret.name, secret)
    this.#changed.add(secret.name)
    return secret
  }
}
