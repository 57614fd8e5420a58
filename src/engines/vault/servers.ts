/** The servers that a cluster describes, and how they are asked. */
import type { Cluster } from '../../topology/cluster.ts'
import type { RoleSecrets } from '../../wishes/secret-wish.ts'
import type { Servers } from './bring-in.ts'
import type { VaultOptions } from './options.ts'
import { accessOf, groupOf, networkOf, nodesOn } from './setup.ts'

/** Puts them together. */
export function serversOf(
  cluster: Pick<Cluster, 'name' | 'nodes' | 'find' | 'network' | 'watchers'>,
  options: VaultOptions,
  secrets: RoleSecrets,
): Servers {
  const group = groupOf(cluster, options)
  return {
    group,
    nodes: nodesOn(networkOf(cluster, options), cluster.nodes),
    access: accessOf(secrets, group),
  }
}
