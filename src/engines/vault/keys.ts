/** What Vault tells only once, at its beginning: the shares of the key that opens it, and its first token. */
import { z } from 'zod'
import type { Offer } from '../../wishes/offer.ts'
import type { RoleSecrets, SecretWish } from '../../wishes/secret-wish.ts'
import { LOOPBACK_NAME, PROGRAM, API_PORT, secretNames, tlsFiles } from './names.ts'
import type { VaultOptions } from './options.ts'

/** Which keys there are. */
export type KeyOptions = Pick<VaultOptions, 'generation' | 'shares' | 'threshold'>

const LOSS = 'what is in Vault can never be opened again: it has to begin anew, and empty'

/** The names of all values of one generation, the shares first. */
export function keyNames({ generation, shares }: KeyOptions): readonly string[] {
  const numbers = Array.from({ length: shares }, (_, index) => index + 1)
  return [
    ...numbers.map((number) => secretNames.share(generation, number)),
    secretNames.rootToken(generation),
  ]
}

/** What the servers make for the controller. */
export function keyOffers(options: KeyOptions): readonly Offer[] {
  return keyNames(options).map((name) => ({ name, loss: LOSS }))
}

/** The keys of earlier generations: nobody makes them any more, and what is kept of them stays, for the backups that they open. */
export function earlierKeys(options: KeyOptions): readonly SecretWish[] {
  return Array.from({ length: options.generation - 1 }, (_, index) =>
    keyNames({ ...options, generation: index + 1 }).map((name) => ({
      name,
      loss: LOSS,
      offered: true as const,
      meet: () => undefined,
    })),
  ).flat()
}

/**
 * Is this one of the keys of some Vault of this cluster, whatever its number and into however many shares it was split? What opens a backup is
 * never taken out of the secrets for another number in the cluster file.
 */
export function isKey(name: string): boolean {
  return /^vault\/[1-9]\d*\/(share-[1-9]\d*|root-token)$/.test(name)
}

/** The keys as they are kept now. Asked anew each time: they come in the middle of a run. */
export interface Keys {
  /** Enough of them open a server; empty while they are not kept. */
  readonly shares: readonly string[]
  readonly rootToken?: string
}

/** Reads what is kept. */
export function keysIn(secrets: Pick<RoleSecrets, 'offered'>, options: KeyOptions): Keys {
  const kept = keyNames(options).map((name) => secrets.offered(name))
  const rootToken = kept.at(-1)
  const shares = kept.slice(0, -1).filter((share) => share !== undefined)
  return { shares, ...(rootToken !== undefined && { rootToken }) }
}

/** A first start on a slow card takes as long as it takes: whoever gives up too early never sees the keys. */
const PATIENCE = '15m'

/** The program that begins a new Vault, and prints its keys. */
export function initWords({ shares, threshold }: KeyOptions): readonly string[] {
  return [
    'env',
    `VAULT_CLIENT_TIMEOUT=${PATIENCE}`,
    // It must not go by what somebody left in the home of root, and makes a cache of its own in whatever home it has.
    'HOME=/run/bramble',
    PROGRAM,
    'operator',
    'init',
    `-address=https://${LOOPBACK_NAME}:${API_PORT}`,
    `-ca-cert=${tlsFiles.authority}`,
    `-key-shares=${shares}`,
    `-key-threshold=${threshold}`,
    '-format=json',
  ]
}

const initReply = z.object({ unseal_keys_b64: z.array(z.string().min(1)), root_token: z.string().min(1) })

/** What is kept of the answer of that program, by the names of the offers. Throws where it is no such answer; the message holds none of it. */
export function keptFrom(answer: Buffer, options: KeyOptions): Readonly<Record<string, string>> {
  const parsed = initReply.safeParse(jsonOrNothing(answer))
  if (!parsed.success) throw new Error('what Vault printed at its beginning has another form than expected')
  const { unseal_keys_b64: shares, root_token: rootToken } = parsed.data
  const names = keyNames(options)
  const values = [...shares, rootToken]
  if (values.length !== names.length)
    throw new Error(`Vault made ${shares.length} shares, not ${options.shares}`)
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']))
}

function jsonOrNothing(answer: Buffer): unknown {
  try {
    return JSON.parse(answer.toString())
  } catch {
    return undefined
  }
}
