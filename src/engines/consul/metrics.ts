/** Metrics of the agents for whoever watches the cluster: a port that is reached from outside only where somebody does, and a token that reads and nothing else. */
import type { Cluster } from '../../topology/cluster.ts'
import type { ProvidedMetrics } from '../../topology/provided.ts'
import type { TokenIdentity } from './management.ts'
import { API_PORT, LOOPBACK_NAME, secretNames } from './names.ts'
import type { WantedPolicy } from './store/policies.ts'
import type { WantedToken } from './store/tokens.ts'

/** Name of the secret of its token; one for all who watch. */
export const METRICS_SECRET = 'consul/metrics'
const POLICY = 'bramble-metrics'

/** Whether somebody fetches metrics: only then agents listen for it, and there is a token. */
export function isWatched(cluster: Pick<Cluster, 'watchers'>): boolean {
  return cluster.watchers().length > 0
}

/** Where an agent gives them (Consul's API documentation, "View metrics"). All agents show a certificate for the name of the loopback. */
export const agentMetrics: ProvidedMetrics = {
  path: '/v1/agent/metrics?format=prometheus',
  port: API_PORT,
  scheme: 'https',
  access: { token: METRICS_SECRET, authority: secretNames.authority, serverName: LOOPBACK_NAME },
}

/** The right to read what agents say of themselves; Consul has no smaller one for metrics. */
export const metricsPolicy: WantedPolicy = {
  name: POLICY,
  description: 'Bramble: metrics of the agents',
  rules: 'agent_prefix "" {\n  policy = "read"\n}\n',
}

/** The token with this right. */
export function metricsToken(identity: TokenIdentity): WantedToken {
  return {
    name: 'bramble/metrics',
    ...identity,
    description: 'Bramble: metrics of the agents',
    policies: [POLICY],
  }
}
