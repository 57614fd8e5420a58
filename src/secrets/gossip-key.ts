/**
 * The key that encrypts the gossip of Consul and Nomad members, and its exchange without cutting anybody off.
 *
 * A member reads with every key of its keyring and writes with the first one. So an exchange has three steps, with an
 * apply to every node after each: all learn the new key, all write with it, all forget the old one.
 */
import { randomBytes } from 'node:crypto'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import type { Secret, SecretValues } from './secret-content.ts'
import { SecretsError } from './secrets-error.ts'
import type { SecretStore } from './store.ts'

type GossipKey = SecretValues['gossip-key']

const KEY_BYTES = 32

/** The gossip key of this name, made when there is none. */
export function ensureGossipKey(store: SecretStore, name: string): Secret<'gossip-key'> {
  return store.ensure(name, 'gossip-key', () => ({ phase: 'steady', primary: newKey() }))
}

/** Step one: adds a new key that nobody writes with yet. Does nothing when a rotation has begun. */
export function beginGossipRotation(store: SecretStore, name: string): Secret<'gossip-key'> {
  return change(store, name, (key) => {
    return key.phase === 'steady' ? { phase: 'introducing', primary: key.primary, secondary: newKey() } : key
  })
}

/** Step two: the new key becomes the first one. Does nothing when it is already. */
export function useNewGossipKey(store: SecretStore, name: string): Secret<'gossip-key'> {
  return change(store, name, (key) => {
    if (key.phase === 'steady') throw tooEarly(name, 'use its new key', 'not begun')
    if (key.phase === 'retiring') return key
    return { phase: 'retiring', primary: key.secondary, secondary: key.primary }
  })
}

/** Step three: takes the old key away. Does nothing when there is only one. */
export function finishGossipRotation(store: SecretStore, name: string): Secret<'gossip-key'> {
  return change(store, name, (key) => {
    if (key.phase === 'introducing') throw tooEarly(name, 'drop its old key', 'at the first step')
    return { phase: 'steady', primary: key.primary }
  })
}

/** Content of `serf/local.keyring` and `remote.keyring`: the keys as a JSON list, the one to write with first. */
export function gossipKeyring({ value }: Secret<'gossip-key'>): string {
  const keys = value.phase === 'steady' ? [value.primary] : [value.primary, value.secondary]
  return JSON.stringify(keys)
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64')
}

function change(store: SecretStore, name: string, next: (key: GossipKey) => GossipKey): Secret<'gossip-key'> {
  const secret = store.get(name, 'gossip-key')
  const value = next(secret.value)
  // Not `rotate`: while two keys are valid both are in the value, and a finished rotation forgets the old one.
  return value.phase === secret.value.phase ? secret : store.put(name, 'gossip-key', value)
}

function tooEarly(name: string, step: string, phase: string): SecretsError {
  return new SecretsError(secretsCodes.GOSSIP_ROTATION_TOO_EARLY({ name, step, phase }))
}
