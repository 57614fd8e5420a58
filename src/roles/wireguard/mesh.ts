/** The mesh as it is computed from the cluster: who has which address, and who can call whom. */
import { isIP } from 'node:net'
import type { Cluster } from '../../topology/cluster.ts'
import type { Network } from '../../topology/network.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { WireguardOptions } from './options.ts'

/** Name of the role, and of its network. */
export const ROLE = 'wireguard'

/** Name under which the cluster lock keeps the addresses. */
export const ADDRESSES = `${ROLE}/address`

/** The unit that makes the interface: the template of wireguard-tools (wg-quick(8)). */
export function unitOf({ interface: name }: Pick<WireguardOptions, 'interface'>): string {
  return `wg-quick@${name}.service`
}

/** The network that the role makes. */
export function meshNetwork(options: WireguardOptions, cluster: Cluster): Network {
  return {
    interface: options.interface,
    unit: unitOf(options),
    range: options.network,
    addressOf: (node) => cluster.allocated(ADDRESSES)[node],
  }
}

/** How a node reaches another one. */
export interface Peer {
  readonly node: string
  readonly address: string
  /** `address:port` to call it at; left out for one that calls us. */
  readonly endpoint?: string
  /** Seconds; left out where nothing has to be kept open. */
  readonly keepalive?: number
}

/** What a node stands behind; undefined for one that can be called by all. */
function behind({ name, via }: ClusterNode, { behind_nat: listed }: WireguardOptions): string | undefined {
  return via ?? (listed.includes(name) ? `the NAT of ${name}` : undefined)
}

/** All others, as this node reaches them. */
export function peersOf(node: ClusterNode, options: WireguardOptions, cluster: Cluster): Peer[] {
  const addresses = cluster.allocated(ADDRESSES)
  const own = behind(node, options)
  return cluster.find(ROLE).flatMap((other): Peer[] => {
    const address = addresses[other.name]
    if (other.name === node.name || address === undefined) return []
    const its = behind(other, options)
    const isNear = own !== undefined && own === its
    return [
      {
        node: other.name,
        address,
        ...((its === undefined || isNear) && { endpoint: endpoint(other.address, options.port) }),
        ...(own !== undefined && !isNear && { keepalive: options.keepalive }),
      },
    ]
  })
}

function endpoint(address: string, port: number): string {
  return `${isIP(address) === 6 ? `[${address}]` : address}:${port}`
}
