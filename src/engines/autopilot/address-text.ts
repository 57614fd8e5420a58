/** Addresses as HashiCorp's engines write them. */
import { isIP } from 'node:net'
import type { ClusterNode } from '../../topology/node.ts'

/** An address as it stands before `:port`. */
export function addressBeforePort(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address
}

/** A server, and where the others reach it. */
export type Addressed = Pick<ClusterNode, 'name' | 'address'>

/** The server whose `address:port` this is. */
export function serverAt(servers: readonly Addressed[], address: string): string | undefined {
  return servers.find((server) => address.startsWith(`${addressBeforePort(server.address)}:`))?.name
}
