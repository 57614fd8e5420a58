/** Secrets that a living cluster was made with and that are not here any more: never made anew without being told to. */
import { secretsCodes } from '../../diagnostics/catalogue/secrets.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { ClusterLock } from '../../cluster-lock/cluster-lock.ts'
import { keptBy, type SecretWish } from '../../wishes/secret-wish.ts'
import type { SecretStore } from '../../secrets/store.ts'
import { writeLock } from '../folder/cluster-folder.ts'
import type { OpenedCluster } from '../open.ts'
import { secretWishes } from '../../programs/programs.ts'

/** What tells whether the cluster has lived. */
export interface Evidence {
  readonly lock: ClusterLock
  /** A node that was not in the lock says that some run has changed it before: so the lock was lost, too. */
  readonly isManaged: boolean
}

/**
 * Names of the wished secrets that existed and are gone. What is made with another secret counts as no loss while that one is there, such as
 * a certificate with its authority: it is made anew without anybody noticing.
 */
export function lostSecrets(
  { lock, isManaged }: Evidence,
  wishes: readonly SecretWish[],
  store: Pick<SecretStore, 'has' | 'list'>,
): readonly string[] {
  const gone = wishes.filter((wish) => !store.has(wish.name) && existed(wish))
  const lost = new Set(gone.map(({ name }) => name))
  const isLoss = ({ from }: SecretWish): boolean => from === undefined || lost.has(from)
  return [...new Set(gone.filter(isLoss).map(({ name }) => name))].toSorted()

  function existed({ name, offered }: SecretWish): boolean {
    // Whether an engine has made its offers already, only the lock can say.
    if (lock.secrets !== undefined || offered === true) return lock.secrets?.[name] === 'kept'
    // A lock of an older Bramble knows no names, and nobody knows anything without a lock.
    const hasLived = Object.keys(lock.running).length > 0 || isManaged
    return hasLived && store.list().length === 0
  }
}

/** The diagnostic with the ways back; undefined when nothing is lost. */
export function lossOf(names: readonly string[], folder: string, lab: boolean): Diagnostic | undefined {
  return names.length === 0 ? undefined : secretsCodes.SECRETS_LOST({ names, folder, lab })
}

/** Names of the secrets of a store that no role wishes for: nothing uses them. */
export function unwishedSecrets(cluster: OpenedCluster, names: readonly string[]): readonly string[] {
  const stays = keptBy(secretWishes(cluster.resolved))
  return names.filter((name) => !stays(name))
}

/** Notes that somebody took these secrets away on purpose: whatever wishes for one gets a new one. */
export async function giveUpSecrets(cluster: OpenedCluster, names: readonly string[]): Promise<void> {
  const { lock } = cluster.source
  const known = names.filter((name) => lock.secrets?.[name] !== undefined)
  if (known.length === 0) return
  const noted = Object.fromEntries(known.map((name) => [name, 'recreated'] as const))
  await writeLock(cluster.paths.lockFile, { ...lock, secrets: { ...lock.secrets, ...noted } })
}
