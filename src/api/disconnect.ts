/** Ends the connections that runs have kept for the next one. */
import { endKept, keptSocket } from '../delivery/transport/kept-connections.ts'
import { nodesInScope, type Scope } from '../programs/scope.ts'
import { dialsOf } from './connect.ts'
import type { OpenedCluster } from './open.ts'

/** All of the cluster, or those to the chosen nodes; gives how many there were. Asks no node. */
export async function disconnect(cluster: OpenedCluster, scope: Scope = {}): Promise<number> {
  const { knownHostsFile } = cluster.paths
  if (scope.nodes === undefined && scope.roles === undefined) return (await endKept(knownHostsFile)).length
  const dials = new Map(dialsOf(cluster).map((dial) => [dial.node, dial]))
  const sockets = nodesInScope(cluster.resolved, scope).map((node) => keptSocket(knownHostsFile, dials, node))
  return (await endKept(knownHostsFile, new Set(sockets))).length
}
