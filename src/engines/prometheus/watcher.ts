/** What all roles that watch do in the same way. */
import type { EngineProbe } from '../contract.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { SecretWish } from '../../wishes/secret-wish.ts'
import { catalogReaderOf, catalogTokenName, catalogWish, watchedServices } from './catalog.ts'
import { watcherProbe, type AskedWatcher } from './questions.ts'
import { trustWishes } from './trust.ts'

/** A role that watches on a node. */
interface Watching {
  readonly options: { readonly consul: boolean }
  readonly node: ClusterNode
}

/** Where its node answers queries, and the token that lets it read the catalog of services. */
export function watcherProvides(
  role: string,
  port: number,
  watching: Watching,
): { readonly queries: { readonly port: number }; readonly catalogToken?: string } {
  const reader = catalogReaderOf(role, watching)
  return { queries: { port }, ...(reader && { catalogToken: catalogTokenName(reader) }) }
}

/** Its certificate, and its token for the catalog of services. */
export function watcherSecrets(role: string, watching: Watching): readonly SecretWish[] {
  const { node } = watching
  const reader = catalogReaderOf(role, watching)
  return [...trustWishes(role, node, [node.address]), ...(reader ? [catalogWish(reader)] : [])]
}

/** How it stands on all of its nodes; services of the cluster file are to be seen where it reads the catalog. */
export function watcherStatus(
  watcher: AskedWatcher,
  nodes: readonly ClusterNode[],
  { options, cluster }: { readonly options: Watching['options']; readonly cluster: Cluster },
): EngineProbe {
  const readers = nodes.filter((node) => catalogReaderOf(watcher.role, { options, node }))
  return watcherProbe(
    watcher,
    nodes.map(({ name }) => name),
    (name) => (readers.some((node) => node.name === name) ? watchedServices(cluster) : []),
  )
}
