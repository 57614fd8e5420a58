/** From a resolved cluster to its datacenter. */
import type { Cluster } from '../../topology/cluster.ts'
import type { ServerOptions } from './options.ts'
import { ENGINE } from './names.ts'
import { spokenVersion } from './options.ts'
import { raftMultiplierFor, type Datacenter } from './setup.ts'

/** Names of the two roles, by which their nodes are found. */
export const SERVER_ROLE = 'consul-server'
export const CLIENT_ROLE = 'consul-client'

/** What is needed of a cluster. */
export type ClusterView = Pick<Cluster, 'name' | 'domain' | 'find' | 'pinned'>

/** The datacenter of a cluster, from the options of its servers. */
export function datacenterOf(cluster: ClusterView, options: ServerOptions): Datacenter {
  const servers = cluster.find(SERVER_ROLE)
  return {
    name: options.datacenter ?? cluster.name,
    domain: cluster.domain,
    version: spokenVersion(options, cluster.pinned(ENGINE)),
    dataFolder: options.data_dir,
    servers,
    clients: cluster.find(CLIENT_ROLE),
    uiNodes: options.ui === true ? servers.map(({ name }) => name) : options.ui === false ? [] : options.ui,
    wan: options.wan,
    raftMultiplier: options.raft_multiplier ?? raftMultiplierFor(servers),
  }
}
