/** What the agents of a datacenter are configured by: nodes, services and options, in the words of this engine. */
import type { ClusterNode } from '../../topology/node.ts'
import { addressBeforePort } from './address-text.ts'
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

/** How patient the consensus must be with the slowest of its boards; 1 is for quick disks, 5 is Consul's own default. */
export function raftMultiplierFor(servers: readonly ConsulNode[]): number {
  const patience = servers.map(({ board }) => RAFT_MULTIPLIERS[board.model] ?? SLOW)
  return Math.max(1, ...patience)
}

const SLOW = 5
/** By model: a Pi 3 and what is older writes to its card over one slow bus; a Pi 4 does better, a Pi 5 or a PC has a quick disk. */
const RAFT_MULTIPLIERS: Readonly<Record<string, number>> = {
  pc: 1,
  pi5: 2,
  pi500: 2,
  cm5: 2,
  pi4: 3,
  pi400: 3,
  cm4: 3,
}

/** The server whose `address:port` this is. */
export function serverAt(servers: readonly ConsulNode[], address: string): string | undefined {
  return servers.find((server) => address.startsWith(`${addressBeforePort(server.address)}:`))?.name
}
