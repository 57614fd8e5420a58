/** What the servers are configured by and asked with: nodes, options and secrets, in the words of this engine. */
import { newestKnownLine } from '../../releases/engine-lines.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { onNetwork, type Network } from '../../topology/network.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { RoleSecrets } from '../../wishes/secret-wish.ts'
import { addressBeforePort } from '../autopilot/address-text.ts'
import { raftMultiplierFor } from '../autopilot/patience.ts'
import { keysIn, type Keys } from './keys.ts'
import { VAULT_LINES } from './lines.ts'
import { API_PORT, CLUSTER_PORT, ENGINE, ROLE, secretNames } from './names.ts'
import type { VaultOptions } from './options.ts'

/** What a configuration goes by of a node. */
export type VaultNode = Pick<ClusterNode, 'name' | 'fqdn' | 'address' | 'board'>

/** What all servers have in common. */
export interface Group {
  readonly cluster: string
  /** In the order of the cluster file. */
  readonly servers: readonly VaultNode[]
  readonly dataFolder: string
  /** Whether somebody fetches metrics. */
  readonly watched: boolean
  /** systemd unit of the network that they talk over; none where that is the nodes' own. */
  readonly networkUnit?: string
  /** 1 to 10; the same for all servers. */
  readonly raftMultiplier: number
  /** Which keys it has. */
  readonly options: VaultOptions
}

type ClusterView = Pick<Cluster, 'name' | 'find' | 'network' | 'watchers'>

/** The servers that the options describe. */
export function groupOf(cluster: ClusterView, options: VaultOptions): Group {
  const network = networkOf(cluster, options)
  const servers = nodesOn(network, cluster.find(ROLE))
  return {
    cluster: cluster.name,
    servers,
    dataFolder: options.data_dir,
    watched: cluster.watchers().length > 0,
    ...(network && { networkUnit: network.unit }),
    raftMultiplier: options.raft_multiplier ?? raftMultiplierFor(servers),
    options,
  }
}

/** The network that the servers talk over; undefined where it is the nodes' own. */
export function networkOf(
  cluster: Pick<Cluster, 'network'>,
  { network }: Pick<VaultOptions, 'network'>,
): Network | undefined {
  return network === undefined ? undefined : cluster.network(network)
}

/** The nodes as they are seen on the network. */
export function nodesOn(network: Network | undefined, nodes: readonly ClusterNode[]): readonly ClusterNode[] {
  return nodes.map((node) => onNetwork(node, network))
}

/** What the cluster file says, else what the cluster lock pins; undefined before the maker was asked. */
export function wantedVersion(
  { version }: VaultOptions,
  cluster: Pick<Cluster, 'pinned'>,
): string | undefined {
  return version ?? cluster.pinned(ENGINE)
}

/** The version that is wanted; before one is decided, what stands for it. */
export function versionOf(options: VaultOptions, cluster: Pick<Cluster, 'pinned'>): string {
  return wantedVersion(options, cluster) ?? `${newestKnownLine(VAULT_LINES)}.0`
}

/** Where others reach the API of a server. */
export function apiAddress({ address }: Pick<VaultNode, 'address'>): string {
  return `https://${addressBeforePort(address)}:${API_PORT}`
}

/** Where the other servers reach it; `HOST:PORT`, as the consensus writes it. */
export function clusterAddress({ address }: Pick<VaultNode, 'address'>): string {
  return `${addressBeforePort(address)}:${CLUSTER_PORT}`
}

/** The secrets that the controller asks with. */
export interface Access {
  readonly authorityPem: string
  /** The keys as they are now. */
  readonly keys: () => Keys
  /**
   * Where the data lie in Consul: `HOST:8201` of all servers that are to be. None of them votes: whoever holds the lock there is active, and each
   * that is open stands in for it. Left out where they have a consensus of their own, whose members are asked for.
   */
  readonly members?: readonly string[]
}

/** The secrets that the controller asks with, and what it knows beforehand. */
export function accessOf(secrets: RoleSecrets, { options, servers }: Group): Access {
  return {
    authorityPem: secrets.authority(secretNames.authority).certificatePem,
    keys: () => keysIn(secrets, options),
    ...(options.storage === 'consul' && { members: servers.map(clusterAddress) }),
  }
}
