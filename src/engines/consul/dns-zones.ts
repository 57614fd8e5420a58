/** Which names are Consul's, and where a resolver beside an agent asks for them. */
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { CLIENT_ROLE, datacenterOf, SERVER_ROLE, type ClusterView } from './datacenter.ts'
import type { ServerOptions } from './options.ts'

/** First labels below the domain that are Consul's (its documentation, "DNS reference"); the datacenter's name is one, too. */
const LABELS = ['node', 'service', 'query', 'connect', 'ingress', 'virtual', 'addr']

/** Whether the cluster has a datacenter. */
export function hasConsul(cluster: Pick<Cluster, 'find'>): boolean {
  return cluster.find(SERVER_ROLE).length > 0
}

/** Whether a node has an agent of Consul that can be asked. */
export function hasAgent({ roles }: Pick<ClusterNode, 'roles'>): boolean {
  return roles.includes(SERVER_ROLE) || roles.includes(CLIENT_ROLE)
}

/** The zones that the agent of a node is asked for: those below Consul's own labels, or all of the domain. None where there is no agent. */
export function consulZones(
  node: Pick<ClusterNode, 'roles'>,
  cluster: ClusterView & Pick<Cluster, 'options'>,
  takes: 'labels' | 'domain' = 'labels',
): readonly string[] {
  const servers = cluster.options<ServerOptions>(SERVER_ROLE)
  if (servers === undefined || !hasAgent(node)) return []
  const { domain, name } = datacenterOf(cluster, servers)
  return takes === 'domain' ? [domain] : [...LABELS, name].map((label) => `${label}.${domain}`)
}
