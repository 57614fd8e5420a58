/** What the cluster lock remembers of secrets, and what is forgotten once nobody wishes for it any more. */
import type { ClusterLock } from '../../cluster-lock/cluster-lock.ts'
import { keptBy } from '../../wishes/secret-wish.ts'
import type { Prepared } from '../run/prepare.ts'

type Kept = Pick<Prepared, 'secrets' | 'wishes'>

/** The lock with the names of what nodes are about to be given: what of it is missing later was lost. */
export function noted(lock: ClusterLock, { secrets, wishes }: Kept): ClusterLock {
  const known = lock.secrets ?? {}
  const held = wishes.map(({ name }) => name).filter((name) => secrets.has(name))
  const names = new Set([...Object.keys(known).filter((name) => secrets.has(name)), ...held])
  return { ...lock, secrets: Object.fromEntries([...names].map((name) => [name, known[name] ?? 'kept'])) }
}

/** Names of what an apply that brings everything everywhere takes out of the store: Bramble made it once, and nobody wishes for it any more. */
export function leavingSecrets(lock: ClusterLock, { secrets, wishes }: Kept): string[] {
  const stays = keptBy(wishes)
  return secrets
    .list()
    .filter(({ name, imported }) => !stays(name) && !imported && lock.secrets?.[name] !== undefined)
    .map(({ name }) => name)
}

/**
 * After an apply that brought everything everywhere: what was made anew is known everywhere, and what Bramble once made for a node or a role that
 * has left is taken out of the store. A node or role that comes back gets new ones. What came from outside stays: nobody could make it again.
 */
export function forgetLeft(lock: ClusterLock, kept: Kept): ClusterLock {
  for (const name of leavingSecrets(lock, kept)) kept.secrets.remove(name)
  const { secrets: names = {} } = noted(lock, kept)
  return { ...lock, secrets: Object.fromEntries(Object.keys(names).map((name) => [name, 'kept'])) }
}
