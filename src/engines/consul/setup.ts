/** What the agents of a datacenter are configured by: nodes, services and options, in the words of this engine. */
import type { ClusterNode } from '../../topology/node.ts'
import type { AgentOptions } from './options.ts'

/** What an agent's configuration goes by of a node. */
export type ConsulNode = Pick<ClusterNode, 'name' | 'fqdn' | 'address' | 'board'>

/** What all agents of a datacenter have in common. */
export interface Datacenter {
  readonly name: string
  /** Without a trailing dot. */
  readonly domain: string
  readonly version: string
  readonly dataFolder: string
  /** In the order of the cluster file. */
  readonly servers: readonly ConsulNode[]
  readonly clients: readonly ConsulNode[]
  /** Names of the nodes whose web interface can be reached over the network. */
  readonly uiNodes: readonly string[]
  /** Whether agents give metrics over the network. */
  readonly watched: boolean
  readonly wan: boolean
  /** systemd unit of the network that the agents talk over; none where that is the nodes' own. Addresses of nodes are those on it. */
  readonly networkUnit?: string
  /** 1 to 10; the same for all servers. */
  readonly raftMultiplier: number
}

/** One agent. */
export interface Agent {
  readonly datacenter: Datacenter
  readonly node: ConsulNode
  readonly role: 'server' | 'client'
  readonly options: AgentOptions
}
