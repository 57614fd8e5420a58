/** What the cluster file asks Consul to hold: policies, tokens and entries, with the secrets that they need. */
import {
  catalogPolicy,
  catalogReaders,
  catalogToken,
  consulRights,
  rightPolicy,
  rightToken,
} from '../../engines/consul/token-users.ts'
import { allNodes, datacenterOf } from '../../engines/consul/datacenter.ts'
import { isWatched, METRICS_SECRET, metricsPolicy, metricsToken } from '../../engines/consul/metrics.ts'
import { secretNames } from '../../engines/consul/names.ts'
import type { ServerOptions } from '../../engines/consul/options.ts'
import { managementOf } from '../../engines/consul/role-parts.ts'
import { SNAPSHOT_SECRET, snapshotPolicy, snapshotToken } from '../../engines/consul/snapshot.ts'
import type { StoreWishes } from '../../engines/consul/store/wanted.ts'
import { loginOf, vouched } from '../../engines/consul/work.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { RoleClusterContext } from '../role.ts'
import type { SecretWish } from '../../wishes/secret-wish.ts'
import { password, token as tokenWish } from '../../wishes/wishes.ts'

/** The secrets behind the users' tokens and entries. */
export function userWishes({ tokens, kv }: ServerOptions, cluster: Cluster): readonly SecretWish[] {
  const values = Object.values(kv).flatMap((value) => (typeof value === 'string' ? [] : [value.secret]))
  return [
    ...(isKept(cluster) ? [tokenWish(SNAPSHOT_SECRET)] : []),
    ...(isWatched(cluster) ? [tokenWish(METRICS_SECRET)] : []),
    ...catalogReaders(cluster).map((name) => tokenWish(name)),
    ...consulRights(cluster).map(({ secret }) => tokenWish(secret)),
    ...Object.keys(tokens).map((name) => tokenWish(secretNames.token(name))),
    ...[...new Set(values)].map((name) => password(secretNames.value(name))),
  ]
}

/** Whether somebody keeps the backups of a server: only then there is a token for it. */
export function isKept(cluster: Cluster): boolean {
  return cluster.find('consul-server').some(({ name }) => cluster.keeper(name) !== undefined)
}

/** What the store is made from. */
export function storeWishes({ options, cluster, secrets }: RoleClusterContext<ServerOptions>): StoreWishes {
  const kept = isKept(cluster)
  const watched = isWatched(cluster)
  const readers = catalogReaders(cluster)
  const rights = consulRights(cluster)
  const logins = vouched(cluster).map((one) => loginOf(one, secrets))
  return {
    datacenter: datacenterOf(cluster, options),
    nodes: allNodes(cluster, options),
    access: managementOf(secrets),
    gossipKeys: secrets.gossipKeys(secretNames.gossip),
    agentToken: (node) => secrets.token(secretNames.agentToken(node)),
    serviceToken: (node, service) => secrets.token(secretNames.serviceToken(node, service)),
    servicesOn: (node) => cluster.servicesOn(node),
    anonymousRules: options.anonymous,
    policies: [
      ...(kept ? [snapshotPolicy] : []),
      ...(watched ? [metricsPolicy] : []),
      ...(readers.length > 0 || logins.length > 0 ? [catalogPolicy] : []),
      ...rights.map(rightPolicy),
      ...Object.entries(options.policies).map(([name, policy]) => ({ name, ...policy })),
    ],
    tokens: [
      ...(kept ? [snapshotToken(secrets.token(SNAPSHOT_SECRET))] : []),
      ...(watched ? [metricsToken(secrets.token(METRICS_SECRET))] : []),
      ...readers.map((name) => catalogToken(name, secrets.token(name))),
      ...rights.map((right) => rightToken(right, secrets.token(right.secret))),
      ...Object.entries(options.tokens).map(([name, token]) => ({
        name,
        ...secrets.token(secretNames.token(name)),
        description: token.description || `Bramble: ${name}`,
        policies: token.policies,
      })),
    ],
    logins,
    entries: Object.entries(options.kv).map(([key, value]) => entryOf(key, value, { cluster, secrets })),
  }
}

function entryOf(
  key: string,
  value: ServerOptions['kv'][string],
  { cluster, secrets }: Pick<RoleClusterContext, 'cluster' | 'secrets'>,
) {
  return typeof value === 'string'
    ? { key, value, sensitive: cluster.isSecret(value) }
    : { key, value: secrets.text(secretNames.value(value.secret)), sensitive: true }
}
