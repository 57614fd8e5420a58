/** `secrets rotate`: whoever wishes for a secret may say how it is given a new value; else its kind does. */
import { secretWishes } from '../../programs/programs.ts'
import { rotateSecret as rotateByKind, type RotationStep } from '../../secrets/rotation.ts'
import type { SecretStore } from '../../secrets/store.ts'
import type { OpenedCluster } from '../open.ts'

/** Rotates in the store's memory. Throws `SecretsError` for a secret that is not there, and for what cannot be made anew. */
export function rotateSecret(cluster: OpenedCluster, store: SecretStore, name: string): RotationStep {
  const wish = store.has(name) ? secretWishes(cluster.resolved).find((each) => each.name === name) : undefined
  return wish?.rotate?.(store) ?? rotateByKind(store, name)
}
