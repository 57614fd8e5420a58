/** Gives a secret a new value, in the way that its kind asks for. */
import { randomBytes } from 'node:crypto'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import { beginGossipRotation, finishGossipRotation, useNewGossipKey } from './gossip-key.ts'
import { SecretsError } from './secrets-error.ts'
import type { SecretStore } from './store.ts'
import { newToken } from './token.ts'

/** What is left to do after a rotation; apply makes it true on the nodes. */
export type RotationStep = 'apply' | 'apply, then rotate again'

/**
 * Rotates one secret in memory, by its kind. A gossip key takes three calls with an apply after each, so that no member is cut
 * off. Throws {@link SecretsError} for what Bramble cannot make anew.
 */
export function rotateSecret(store: SecretStore, name: string): RotationStep {
  const secret = store.get(name)
  switch (secret.kind) {
    case 'token':
      store.rotate(name, 'token', newToken)
      return 'apply'
    case 'gossip-key':
      return rotateGossipKey(store, name)
    case 'certificate':
      // The next apply finds none and issues one, with the names that are wanted then.
      store.remove(name)
      return 'apply'
    case 'text':
      store.rotate(name, 'text', () => randomBytes(24).toString('base64url'))
      return 'apply'
    default: {
      const way = WAYS[secret.kind]
      throw new SecretsError(secretsCodes.SECRET_NOT_ROTATABLE({ name, kind: secret.kind, way: way(name) }))
    }
  }
}

const remove = (name: string): string =>
  `type bramble secrets recreate ${name}, then bramble apply to have it made anew`

const WAYS = {
  'certificate-authority': remove,
  'key-pair': remove,
  fields: (name: string): string => `import the new one: bramble secrets import --replace ${name}`,
} as const

function rotateGossipKey(store: SecretStore, name: string): RotationStep {
  const { phase } = store.get(name, 'gossip-key').value
  if (phase === 'steady') beginGossipRotation(store, name)
  else if (phase === 'introducing') useNewGossipKey(store, name)
  else finishGossipRotation(store, name)
  return phase === 'retiring' ? 'apply' : 'apply, then rotate again'
}
