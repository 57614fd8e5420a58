/** What roles measure, as whoever fetches it has to ask. */
import type { Cluster } from './cluster.ts'
import { onNetwork } from './network.ts'
import type { MetricsAccess } from './provided.ts'

/** One place from which metrics are fetched. */
export interface MetricsTarget {
  readonly role: string
  readonly node: string
  /** `address:port`, on the network that the role is bound to; an IPv6 address in brackets. */
  readonly at: string
  readonly path: string
  readonly scheme: 'http' | 'https'
  readonly access?: MetricsAccess
}

/** All of them, in the order of the nodes. */
export function metricsTargets(
  cluster: Pick<Cluster, 'nodes' | 'network' | 'provided'>,
): readonly MetricsTarget[] {
  return cluster.provided().flatMap(({ role, node, network, metrics }): MetricsTarget[] => {
    const found = cluster.nodes.find(({ name }) => name === node)
    if (!metrics || !found) return []
    const { address } = onNetwork(found, network === undefined ? undefined : cluster.network(network))
    const at = `${address.includes(':') ? `[${address}]` : address}:${metrics.port}`
    const { path, scheme = 'http', access } = metrics
    return [{ role, node, at, path, scheme, ...(access && { access }) }]
  })
}
