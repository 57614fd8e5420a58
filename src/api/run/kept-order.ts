/** What the cluster lock remembers of which nodes stand on which: a role that leaves the cluster file says no more what its node stood on. */
import type { ClusterLock } from '../../cluster-lock/cluster-lock.ts'
import { orderedNodes } from '../../programs/node-order.ts'
import type { Prepared } from './prepare.ts'

type Known = Pick<Prepared, 'resolved' | 'nodes'>
type Follows = Readonly<Record<string, readonly string[]>>

/** The lock with what the nodes of the run are about to stand on, beside what they stood on before. */
export function withOrder(lock: ClusterLock, known: Known): ClusterLock {
  const now = followsOf(known)
  const before = lock.follows ?? {}
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])]
  return withFollows(
    lock,
    Object.fromEntries(
      names.map((name) => [name, [...new Set([...(before[name] ?? []), ...(now[name] ?? [])])]]),
    ),
  )
}

/** After an apply that brought everything everywhere: nobody stands any more on what it stood on before. */
export function withOrderAlone(lock: ClusterLock, known: Known): ClusterLock {
  return withFollows(lock, followsOf(known))
}

function followsOf({ resolved, nodes }: Known): Follows {
  const ordered = orderedNodes(resolved, new Set(nodes))
  return Object.fromEntries(ordered.map(({ name, follows }) => [name, follows]))
}

function withFollows({ follows: _before, ...lock }: ClusterLock, all: Follows): ClusterLock {
  const follows = Object.entries(all).flatMap(([name, after]) =>
    after.length === 0 ? [] : [[name, [...after].sort()] as const],
  )
  return follows.length === 0 ? lock : { ...lock, follows: Object.fromEntries(follows) }
}
