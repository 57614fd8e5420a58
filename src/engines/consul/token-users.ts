/** Who asks Consul besides its own agents: a token for each, learned from what roles provide. */
import type { Cluster } from '../../topology/cluster.ts'
import type { ConsulRight } from '../../topology/provided.ts'
import type { TokenIdentity } from './management.ts'
import type { WantedPolicy } from './store/policies.ts'
import type { WantedToken } from './store/tokens.ts'

const POLICY = 'bramble-catalog-reader'

/** Where services are, and nothing else. */
export const catalogPolicy: WantedPolicy = {
  name: POLICY,
  description: 'Bramble: reads where services are',
  rules: 'node_prefix "" { policy = "read" }\nservice_prefix "" { policy = "read" }\n',
}

/** Names of the secrets of their tokens. */
export function catalogReaders(cluster: Pick<Cluster, 'provided'>): readonly string[] {
  return [
    ...new Set(cluster.provided().flatMap(({ catalogToken: name }) => (name === undefined ? [] : [name]))),
  ]
}

/** The token of one of them. */
export function catalogToken(name: string, identity: TokenIdentity): WantedToken {
  return { name: `reader/${name}`, ...identity, description: `Bramble: ${name}`, policies: [POLICY] }
}

/** The rights that roles ask for. */
export function consulRights(cluster: Pick<Cluster, 'provided'>): readonly ConsulRight[] {
  const all = cluster
    .provided()
    .flatMap(({ consulRight }) => (consulRight === undefined ? [] : [consulRight]))
  return [...new Map(all.map((right) => [right.secret, right])).values()]
}

const rightPolicyName = ({ name }: ConsulRight): string => `bramble-${name}`

/** The policy of one of them. */
export function rightPolicy(right: ConsulRight): WantedPolicy {
  return { name: rightPolicyName(right), description: `Bramble: ${right.name}`, rules: right.rules }
}

/** The token of one of them. */
export function rightToken(right: ConsulRight, identity: TokenIdentity): WantedToken {
  const { name } = right
  return {
    name: `right/${name}`,
    ...identity,
    description: `Bramble: ${name}`,
    policies: [rightPolicyName(right)],
  }
}
