/** Names of secrets, which are also their paths below the secrets folder. */
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import { SecretsError } from './secrets-error.ts'

/** File of the store's own identity, without its ending; no secret can have this name. */
export const STORE_IDENTITY_NAME = 'store-identity'

/** Ending of every encrypted file. */
export const SECRET_FILE_ENDING = '.age'

/** Lower-case labels as in domain names (so that node names fit), separated by slashes: no dots, hence no `..`. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\/[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?){0,7}$/

/** Whether `name` can be the name of a secret. */
export function isSecretName(name: string): boolean {
  return NAME.test(name) && name.length <= 255 && name !== STORE_IDENTITY_NAME
}

/** Throws {@link SecretsError} unless `name` can be the name of a secret. */
export function requireSecretName(name: string): void {
  if (!isSecretName(name)) throw new SecretsError(secretsCodes.SECRET_NAME_INVALID({ name }))
}
