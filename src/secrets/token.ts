/** Tokens that the controller decides before the first boot, in the form of Consul's and Nomad's. */
import { randomUUID } from 'node:crypto'
import type { SecretValues } from './secret-content.ts'
import type { SecretStore } from './store.ts'

/** A new token: two random UUIDs (version 4), one to name it and one to use it. */
export function newToken(): SecretValues['token'] {
  return { accessorId: randomUUID(), secretId: randomUUID() }
}

/** The token of this name, made when there is none. */
export function ensureToken(store: SecretStore, name: string): SecretValues['token'] {
  return store.ensure(name, 'token', newToken).value
}
