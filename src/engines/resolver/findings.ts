/** What can be wrong with the resolvers of a cluster, whichever program they are. */
import { isIP } from 'node:net'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { onNetwork } from '../../topology/network.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { hasAgent, hasConsul } from '../consul/dns-zones.ts'
import { networkFindings, type NetworkFinding } from '../network-findings.ts'
import { resolverCodes } from './codes.ts'

/** A mistake, with the node or the option that it is about. */
export type ResolverFinding = NetworkFinding & { readonly diagnostic: Omit<Diagnostic, 'where'> }

/** A rule of access holds no name, and no interface of another computer. */
export function isAddress(address: string): boolean {
  return isIP(address) > 0 && !address.includes('%')
}

/** A node where its resolver answers. */
export function seenOn(node: ClusterNode, network: string | undefined, cluster: Cluster): ClusterNode {
  return onNetwork(node, network === undefined ? undefined : cluster.network(network))
}

/** Findings about all nodes of a role that answers on `network`. */
export function resolverFindings(
  role: string,
  network: string | undefined,
  cluster: Cluster,
): readonly ResolverFinding[] {
  const nodes = cluster.find(role)
  const [only] = nodes
  return [
    ...networkFindings(cluster, network, nodes),
    ...nodes
      .filter((node) => !isAddress(seenOn(node, network, cluster).address))
      .map(({ name, address }) => ({
        diagnostic: resolverCodes.DNS_NODE_WITHOUT_ADDRESS({ node: name, address }),
        node: name,
      })),
    ...(hasConsul(cluster) ? nodes : [])
      .filter((node) => !hasAgent(node))
      .map(({ name }) => ({
        diagnostic: resolverCodes.DNS_NODE_WITHOUT_CONSUL({ node: name, role }),
        node: name,
      })),
    ...(only && nodes.length === 1
      ? [{ diagnostic: resolverCodes.DNS_RESOLVER_SINGLE({ node: only.name }) }]
      : []),
  ]
}
