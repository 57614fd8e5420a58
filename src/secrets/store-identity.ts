/**
 * The store's own identity, for which every secret is encrypted, itself encrypted for each person.
 *
 * Its public key is written down nowhere in the clear: without it nobody can make a file that it opens
 * (https://words.filippo.io/dispatches/age-authentication/), so a secret that opens was written by a recipient.
 */
import { dirname, join } from 'node:path'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import { encryptFor, generateIdentity, openerFor, publicKeyOf } from './age-format.ts'
import { AgeError } from './age-reading.ts'
import { readIdentities } from './identity.ts'
import { readRecipients } from './recipients.ts'
import { readText, tampered } from './secret-files.ts'
import { SECRET_FILE_ENDING, STORE_IDENTITY_NAME } from './secret-name.ts'
import { SecretsError } from './secrets-error.ts'

/** The store's identity, opened. */
export interface StoreIdentity {
  /** `AGE-SECRET-KEY-1…`. */
  readonly identity: string
  /** Identities before it, while a rekey that was cut off has left files that only they open. */
  readonly retired: readonly string[]
  /** Public keys of the people for whom it is encrypted. */
  readonly accepted: readonly string[]
  /** Its encrypted file as it was read; undefined when not written yet. */
  readonly sealed: string | undefined
}

const ACCEPTED = '# accepted: '

/** Path of its file. */
export function storeIdentityFile(folder: string): string {
  return join(folder, `${STORE_IDENTITY_NAME}${SECRET_FILE_ENDING}`)
}

/** Makes an identity for a new store, or one in place of `old`. */
export async function newStoreIdentity(
  accepted: readonly string[],
  old?: StoreIdentity,
): Promise<StoreIdentity> {
  const retired = old ? [old.identity, ...old.retired] : []
  return { identity: await generateIdentity(), retired, accepted, sealed: undefined }
}

/** The file's text. The list of people is inside, because nobody without an identity can change it there. */
export async function sealStoreIdentity({ identity, retired, accepted }: StoreIdentity): Promise<string> {
  const heading =
    '# Opens every file of this folder. Keep its public key secret too: whoever has it can forge secrets.'
  const lines = [heading, ...accepted.map((publicKey) => `${ACCEPTED}${publicKey}`), identity, ...retired]
  return encryptFor(accepted, `${lines.join('\n')}\n`)
}

/** Opens the store's identity with the person's; undefined when there is no store yet. */
export async function openStoreIdentity(
  folder: string,
  identityFile: string,
): Promise<StoreIdentity | undefined> {
  const file = storeIdentityFile(folder)
  const sealed = readText(file)
  if (sealed === undefined) return undefined
  const identities = await readIdentities(identityFile, folder)
  if (identities === undefined) {
    throw new SecretsError(secretsCodes.IDENTITY_MISSING({ file: identityFile }))
  }
  const lines = (await openSealed(file, sealed, identityFile, identities)).trimEnd().split('\n')
  const [identity, ...retired] = lines.filter((line) => line.startsWith('AGE-SECRET-KEY-'))
  if (identity === undefined) throw tampered(file, 'it holds no identity')
  const accepted = lines
    .filter((line) => line.startsWith(ACCEPTED))
    .map((line) => line.slice(ACCEPTED.length))
  return { identity, retired, accepted, sealed }
}

async function openSealed(
  file: string,
  sealed: string,
  identityFile: string,
  identities: readonly string[],
): Promise<string> {
  if (sealed.includes('<<<<<<< ')) throw new SecretsError(secretsCodes.SECRET_CONFLICT({ file }))
  const open = await openerFor(identities)
  try {
    return await open(sealed)
  } catch (error) {
    if (!(error instanceof AgeError)) throw error
    if (!error.notForUs) throw tampered(file, error.message)
  }
  const publicKeys = await Promise.all(identities.map(publicKeyOf))
  const listed = (await readRecipients(dirname(file))).some((key) => publicKeys.includes(key))
  throw new SecretsError(
    secretsCodes.IDENTITY_WRONG({ file: identityFile, publicKey: publicKeys[0] ?? '', listed }),
  )
}
