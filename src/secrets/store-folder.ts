/** The encrypted side of a store: what its files hold, and for whom they are encrypted. */
import { join } from 'node:path'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import { encryptFor, publicKeyOf } from './age-format.ts'
import { createIdentity, readIdentities } from './identity.ts'
import { readRecipients, recipientsFile, withRecipient } from './recipients.ts'
import { secretToJson } from './secret-content.ts'
import type { Secret } from './secret-content.ts'
import { readText, secretFile } from './secret-files.ts'
import { SecretsError } from './secrets-error.ts'
import { newStoreIdentity, sealStoreIdentity, storeIdentityFile } from './store-identity.ts'
import type { StoreIdentity } from './store-identity.ts'
import { writeChanges } from './store-writing.ts'
import type { FileChange } from './store-writing.ts'

/** People who are to be let in or shut out. */
export interface RecipientChanges {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/** For git, in every store: what to leave alone, and that encrypted files are not merged line by line. */
const GIT_FILES = {
  '.gitattributes':
    '# Encrypted: on a conflict one side is kept as a whole.\n*.age text eol=lf merge=binary\n',
  '.gitignore': '# Of a run that is writing, or was cut off.\n.lock*\n.tmp-*\n',
}

/** A secrets folder, as it was when it was read. */
export class StoreFolder {
  readonly #folder: string
  readonly #identityFile: string
  /** As it is in the folder. */
  #written: StoreIdentity | undefined
  /** As it is to be after the next write. */
  #wanted: StoreIdentity | undefined
  /** Texts of the secrets' files, by name. */
  readonly #sealed: Map<string, string>

  constructor(
    folder: string,
    identityFile: string,
    identity: StoreIdentity | undefined,
    sealed: Map<string, string>,
  ) {
    this.#folder = folder
    this.#identityFile = identityFile
    this.#written = identity
    this.#wanted = identity
    this.#sealed = sealed
  }

  /** How `recipients.txt` differs from the people who can read the secrets. */
  async recipientChanges(): Promise<RecipientChanges> {
    if (this.#wanted === undefined) return { added: [], removed: [] }
    const { accepted } = this.#wanted
    const listed = await readRecipients(this.#folder)
    return {
      added: listed.filter((publicKey) => !accepted.includes(publicKey)),
      removed: accepted.filter((publicKey) => !listed.includes(publicKey)),
    }
  }

  /** See `SecretStore.rekey`. */
  async rekey(): Promise<RecipientChanges> {
    const changes = await this.recipientChanges()
    if (this.#wanted === undefined) return changes
    const listed = await readRecipients(this.#folder)
    const own = await Promise.all(
      ((await readIdentities(this.#identityFile, this.#folder)) ?? []).map(publicKeyOf),
    )
    if (!own.some((publicKey) => listed.includes(publicKey))) {
      throw new SecretsError(secretsCodes.RECIPIENTS_WITHOUT_YOU({ publicKey: own[0] ?? '' }))
    }
    const onlyNewPeople = changes.added.length > 0 && changes.removed.length === 0
    this.#wanted = onlyNewPeople
      ? { ...this.#wanted, accepted: listed, sealed: undefined }
      : await newStoreIdentity(listed, this.#written)
    return changes
  }

  /** Brings the files of `names` in line with `held`, and all files when the store has another key. */
  async write(held: ReadonlyMap<string, Secret>, names: readonly string[]): Promise<void> {
    const isUnchanged = this.#wanted === this.#written && !this.#wanted?.retired.length
    if (names.length === 0 && isUnchanged) return
    const identity = this.#wanted ?? (await newStoreIdentity(await this.#firstRecipients()))
    const sealed = identity.sealed ?? (await sealStoreIdentity(identity))
    const file = storeIdentityFile(this.#folder)
    // While some files are for the old key and some for the new one, the store has both of them.
    const isNewKey = identity.retired.length > 0
    const changes = await this.#secretChanges(held, isNewKey ? [...held.keys(), ...names] : names, identity)
    const final = { ...identity, retired: [] }
    const finalSealed = isNewKey ? await sealStoreIdentity(final) : sealed
    await writeChanges(
      this.#folder,
      [
        ...(await this.#newFolderFiles(identity)),
        { file, before: this.#written?.sealed, after: sealed },
        ...changes,
      ],
      isNewKey ? new Map([[file, finalSealed]]) : undefined,
    )
    this.#written = { ...final, sealed: finalSealed }
    this.#wanted = this.#written
    for (const { name, after } of changes) {
      if (after === undefined) this.#sealed.delete(name)
      else this.#sealed.set(name, after)
    }
  }

  async #secretChanges(
    held: ReadonlyMap<string, Secret>,
    names: readonly string[],
    { identity }: StoreIdentity,
  ): Promise<readonly (FileChange & { readonly name: string })[]> {
    // Takes as long as sealing a secret does.
    const publicKey = await publicKeyOf(identity)
    const seal = async (name: string) => {
      const secret = held.get(name)
      const after = secret && (await encryptFor([publicKey], secretToJson(secret)))
      return { name, file: secretFile(this.#folder, name), before: this.#sealed.get(name), after }
    }
    return Promise.all([...new Set(names)].map(seal))
  }

  /** The people in the list, if somebody wrote one in advance, and always the one who makes the store. */
  async #firstRecipients(): Promise<readonly string[]> {
    const identities =
      (await readIdentities(this.#identityFile, this.#folder)) ??
      (await createIdentity(this.#identityFile, this.#folder))
    const own = await publicKeyOf(identities[0] ?? '')
    return [...new Set([...(await readRecipients(this.#folder)), own])]
  }

  /** The files in the clear, which only the first write makes: afterwards they belong to the user. */
  async #newFolderFiles({ accepted }: StoreIdentity): Promise<readonly FileChange[]> {
    if (this.#written !== undefined) return []
    const changes: FileChange[] = []
    for (const [name, text] of Object.entries(GIT_FILES)) {
      const file = join(this.#folder, name)
      if (readText(file) === undefined) changes.push({ file, before: undefined, after: text })
    }
    const listed = await readRecipients(this.#folder)
    const own = accepted.find((publicKey) => !listed.includes(publicKey))
    if (own !== undefined) {
      const file = recipientsFile(this.#folder)
      changes.push({ file, before: readText(file), after: withRecipient(this.#folder, own) })
    }
    return changes
  }
}
