/** From a resolved cluster to its datacenter. */
import { raftMultiplierFor } from '../autopilot/patience.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { onNetwork, type Network } from '../../topology/network.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { ServerOptions } from './options.ts'
import { isWatched } from './metrics.ts'
import { ENGINE } from './names.ts'
import { spokenVersion } from './options.ts'
import type { Datacenter } from './setup.ts'

/** Names of the two roles, by which their nodes are found. */
export const SERVER_ROLE = 'consul-server'
export const CLIENT_ROLE = 'consul-client'

/** What is needed of a cluster. */
export type ClusterView = Pick<Cluster, 'name' | 'domain' | 'find' | 'pinned' | 'network' | 'watchers'>

/** The datacenter of a cluster, from the options of its servers. */
export function datacenterOf(cluster: ClusterView, options: ServerOptions): Datacenter {
  const network = networkOf(cluster, options)
  const servers = nodesOn(network, cluster.find(SERVER_ROLE))
  return {
    name: options.datacenter ?? cluster.name,
    domain: cluster.domain,
    version: spokenVersion(options, cluster.pinned(ENGINE)),
    dataFolder: options.data_dir,
    servers,
    clients: nodesOn(network, cluster.find(CLIENT_ROLE)),
    uiNodes: options.ui === true ? servers.map(({ name }) => name) : options.ui === false ? [] : options.ui,
    watched: isWatched(cluster),
    wan: options.wan,
    ...(network && { networkUnit: network.unit }),
    raftMultiplier: options.raft_multiplier ?? raftMultiplierFor(servers),
  }
}

/** The network that the agents talk over; undefined where it is the nodes' own. */
export function networkOf(
  cluster: Pick<Cluster, 'network'>,
  { network }: Pick<ServerOptions, 'network'>,
): Network | undefined {
  return network === undefined ? undefined : cluster.network(network)
}

/** All nodes of the cluster, each where the agents would see it: one that is to have no agent any more may still run one. */
export function allNodes(
  cluster: ClusterView & Pick<Cluster, 'nodes'>,
  options: Pick<ServerOptions, 'network'>,
): readonly ClusterNode[] {
  return nodesOn(networkOf(cluster, options), cluster.nodes)
}

/** The nodes as they are seen on the network. */
function nodesOn(network: Network | undefined, nodes: readonly ClusterNode[]): readonly ClusterNode[] {
  return network ? nodes.map((node) => onNetwork(node, network)) : nodes
}
