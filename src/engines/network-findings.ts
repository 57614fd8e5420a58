/** What can be wrong with the network that an engine is bound to. */
import { resolveCodes } from '../diagnostics/catalogue/resolve.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Cluster } from '../topology/cluster.ts'
import type { ClusterNode } from '../topology/node.ts'

/** A mistake, with the option or the node that it is about. */
export interface NetworkFinding {
  readonly diagnostic: Omit<Diagnostic, 'where'>
  readonly option?: string
  readonly node?: string
}

/** Findings about the option `network` of a role, and the nodes that are to talk over it. */
export function networkFindings(
  cluster: Pick<Cluster, 'network'>,
  name: string | undefined,
  nodes: readonly ClusterNode[],
): readonly NetworkFinding[] {
  if (name === undefined) return []
  const network = cluster.network(name)
  if (!network) return [{ diagnostic: resolveCodes.NETWORK_UNKNOWN({ name }), option: 'network' }]
  return nodes
    .filter((node) => network.addressOf(node.name) === undefined)
    .map(({ name: node }) => ({
      diagnostic: resolveCodes.NETWORK_MISSES_NODE({ node, network: name }),
      node,
    }))
}
