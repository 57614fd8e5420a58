/** Decrypts all secrets of a folder, and tells about all damaged ones at once. */
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { openerFor } from './age-format.ts'
import type { Opener } from './age-format.ts'
import { AgeError } from './age-reading.ts'
import { secretFromJson } from './secret-content.ts'
import type { Secret } from './secret-content.ts'
import { listFolder, readText, secretFile } from './secret-files.ts'
import { SecretsError } from './secrets-error.ts'
import { storeIdentityFile } from './store-identity.ts'
import type { StoreIdentity } from './store-identity.ts'

/** A secret, and its file's text as it was read. */
export interface StoredSecret {
  readonly secret: Secret
  readonly sealed: string
}

/** Reads everything. Each file takes about 0.4 ms, so a cluster of a thousand nodes takes about a second. */
export async function readSecrets(
  folder: string,
  identity: StoreIdentity | undefined,
): Promise<ReadonlyMap<string, StoredSecret>> {
  const { names } = listFolder(folder)
  if (names.length === 0) return new Map()
  if (identity === undefined) {
    throw new SecretsError(secretsCodes.STORE_IDENTITY_MISSING({ file: storeIdentityFile(folder) }))
  }
  const open = await openerFor([identity.identity, ...identity.retired])
  const read = await Promise.all(names.map((name) => readSecret(folder, name, open)))
  const damaged = read.filter((result) => 'code' in result)
  const [first, ...others] = damaged
  if (first) throw new SecretsError(first, ...others)
  const sound = read.filter((result) => 'secret' in result)
  return new Map(sound.map((stored) => [stored.secret.name, stored]))
}

async function readSecret(folder: string, name: string, open: Opener): Promise<StoredSecret | Diagnostic> {
  const file = secretFile(folder, name)
  const sealed = readText(file) ?? ''
  if (sealed.includes('<<<<<<< ')) return secretsCodes.SECRET_CONFLICT({ file })
  let json: string
  try {
    json = await open(sealed)
  } catch (error) {
    if (!(error instanceof AgeError)) throw error
    const problem = error.notForUs
      ? 'it was not encrypted by this cluster'
      : `it does not open (${error.message})`
    return secretsCodes.SECRET_TAMPERED({ file, problem })
  }
  const secret = secretFromJson(json)
  if (secret === 'newer') return secretsCodes.SECRET_FORMAT_UNKNOWN({ file })
  if (secret === 'malformed')
    return secretsCodes.SECRET_TAMPERED({ file, problem: 'its content makes no sense' })
  if (secret.name !== name) {
    return secretsCodes.SECRET_TAMPERED({ file, problem: `it holds the secret ${secret.name}` })
  }
  return { secret, sealed }
}
