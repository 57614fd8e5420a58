/** What the servers of a region are configured by: nodes and options, in the words of this engine. */
import { newestKnownLine } from '../../releases/engine-lines.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { onNetwork, type Network } from '../../topology/network.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { RoleSecrets } from '../../wishes/secret-wish.ts'
import { raftMultiplierFor } from '../autopilot/patience.ts'
import type { ApiAccess } from './api.ts'
import { vouches } from './catalog.ts'
import { NOMAD_LINES } from './lines.ts'
import { API_PORT, ENGINE, secretNames, SERVER_ROLE } from './names.ts'
import { serverOptions, type ServerOptions } from './options.ts'

/** What a configuration goes by of a node. */
export type NomadNode = Pick<ClusterNode, 'name' | 'fqdn' | 'address' | 'architecture' | 'board'>

/** What all agents of a region have in common. */
export interface Region {
  readonly name: string
  readonly datacenter: string
  readonly version: string
  readonly dataFolder: string
  /** In the order of the cluster file. */
  readonly servers: readonly NomadNode[]
  /** Names of the nodes whose API can be reached over the network, for the web interface. */
  readonly uiNodes: readonly string[]
  /** Whether agents give metrics over the network. */
  readonly watched: boolean
  /** Whether servers make tokens by which Consul knows work. */
  readonly vouches: boolean
  /** systemd unit of the network that the agents talk over; none where that is the nodes' own. */
  readonly networkUnit?: string
  /** 1 to 10; the same for all servers. */
  readonly raftMultiplier: number
}

type ClusterView = Pick<Cluster, 'name' | 'find' | 'pinned' | 'network' | 'watchers'>

/** The region that the options of the servers describe. */
export function regionOf(cluster: ClusterView, options: ServerOptions): Region {
  const network = networkOf(cluster, options)
  const servers = nodesOn(network, cluster.find(SERVER_ROLE))
  return {
    name: options.region,
    datacenter: options.datacenter ?? cluster.name,
    version: versionOf(options, cluster),
    dataFolder: options.data_dir,
    servers,
    uiNodes: options.ui ? servers.map(({ name }) => name) : [],
    watched: cluster.watchers().length > 0,
    vouches: vouches(cluster),
    ...(network && { networkUnit: network.unit }),
    raftMultiplier: options.raft_multiplier ?? raftMultiplierFor(servers),
  }
}

/** What is written once, at the servers; without servers there is a finding, and nothing is compiled. */
export function serversOf(cluster: Pick<Cluster, 'options'>): ServerOptions {
  return cluster.options<ServerOptions>(SERVER_ROLE) ?? serverOptions.parse({})
}

/** The version that is wanted; before one is decided, what stands for it where only its dialect is asked for. */
export function versionOf(options: ServerOptions, cluster: Pick<Cluster, 'pinned'>): string {
  return wantedVersion(options, cluster) ?? `${newestKnownLine(NOMAD_LINES)}.0`
}

/** What the cluster file says, else what the cluster lock pins; undefined before the maker was asked. */
export function wantedVersion(
  { version }: ServerOptions,
  cluster: Pick<Cluster, 'pinned'>,
): string | undefined {
  return version ?? cluster.pinned(ENGINE)
}

/** The network that the agents talk over; undefined where it is the nodes' own. */
export function networkOf(
  cluster: Pick<Cluster, 'network'>,
  { network }: Pick<ServerOptions, 'network'>,
): Network | undefined {
  return network === undefined ? undefined : cluster.network(network)
}

/** The nodes as they are seen on the network. */
export function nodesOn(network: Network | undefined, nodes: readonly ClusterNode[]): readonly ClusterNode[] {
  return network ? nodes.map((node) => onNetwork(node, network)) : nodes
}

/** What the controller asks servers with. */
export interface ManagementAccess {
  readonly authorityPem: string
  readonly management: { readonly secretId: string }
  /** What it was before its secret was rotated. */
  readonly previous?: { readonly secretId: string } | undefined
  /** The token before it was lost, and somebody said that it is to be made anew. */
  readonly mayReset: boolean
}

/** The secrets that the controller asks with. */
export function managementOf(secrets: RoleSecrets): ManagementAccess {
  return {
    authorityPem: secrets.authority(secretNames.authority).certificatePem,
    management: secrets.token(secretNames.management),
    previous: secrets.previousToken(secretNames.management),
    mayReset: secrets.isRecreated(secretNames.management),
  }
}

/** The same, as the API of a server takes it. */
export function serverAccess({ authorityPem, management }: ManagementAccess): ApiAccess {
  return { authorityPem, token: management.secretId, port: API_PORT }
}
