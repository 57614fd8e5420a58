/** What roles measure and who hears alerts, as whoever watches has to ask and tell them. */
import type { Cluster } from './cluster.ts'
import { onNetwork } from './network.ts'
import type { MetricsAccess, ProvidedOnNode } from './provided.ts'

/** Somebody who hears alerts. */
export interface AlertsTarget {
  readonly role: string
  readonly node: string
  /** As in `MetricsTarget`. */
  readonly at: string
  readonly names?: readonly string[]
  readonly silenceSeconds?: number
}

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

type View = Pick<Cluster, 'nodes' | 'network' | 'provided'>

/** `address:port` of what a role gives on a node; undefined on a node that there is not. */
function placeOf(cluster: View, { node, network }: ProvidedOnNode, port: number): string | undefined {
  const found = cluster.nodes.find(({ name }) => name === node)
  if (!found) return undefined
  const { address } = onNetwork(found, network === undefined ? undefined : cluster.network(network))
  return `${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** All who hear alerts, in the order of the nodes. */
export function alertsTargets(cluster: View): readonly AlertsTarget[] {
  return cluster.provided().flatMap((one): AlertsTarget[] => {
    const { role, node, alerts } = one
    const at = alerts && placeOf(cluster, one, alerts.port)
    if (alerts === undefined || at === undefined) return []
    const { names, silenceSeconds } = alerts
    return [
      { role, node, at, ...(names && { names }), ...(silenceSeconds !== undefined && { silenceSeconds }) },
    ]
  })
}

/** All metrics, in the order of the nodes. */
export function metricsTargets(cluster: View): readonly MetricsTarget[] {
  return cluster.provided().flatMap((one): MetricsTarget[] => {
    const { role, node, metrics } = one
    const at = metrics && placeOf(cluster, one, metrics.port)
    if (metrics === undefined || at === undefined) return []
    const { path, scheme = 'http', access } = metrics
    return [{ role, node, at, path, scheme, ...(access && { access }) }]
  })
}
