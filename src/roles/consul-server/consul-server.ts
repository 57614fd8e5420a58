/** The role `consul-server`: keeps the catalog, the checks and the key-value store of the cluster, by majority. */
import { allNodes, datacenterOf, networkOf } from '../../engines/consul/datacenter.ts'
import { serverGate } from '../../engines/consul/gates.ts'
import { consulClient } from '../../engines/consul/client.ts'
import { consulGroup } from '../../engines/consul/group.ts'
import { serverOptions, type ServerOptions } from '../../engines/consul/options.ts'
import { providedByServer } from '../../engines/consul/provided.ts'
import {
  agentCertificates,
  agentReleases,
  agentWishes,
  gateOfAgent,
  managementOf,
  resourcesOfAgent,
} from '../../engines/consul/role-parts.ts'
import type { Agent } from '../../engines/consul/setup.ts'
import { consulProbe } from '../../engines/consul/status.ts'
import { consulVersion } from '../../engines/consul/upgrades.ts'
import { SNAPSHOT_SECRET, snapshotTokenFile } from '../../engines/consul/snapshot.ts'
import { consulStore } from '../../engines/consul/store/consul-store.ts'
import { storeParts } from '../../engines/consul/store/wanted.ts'
import { onNetwork } from '../../topology/network.ts'
import { defineRole, type RoleWishContext } from '../role.ts'
import { serverFindings } from './findings.ts'
import { settledValues } from './settled.ts'
import { storeWishes, userWishes } from './user-wishes.ts'

function agentOf({ options, node, cluster }: RoleWishContext<ServerOptions>): Agent {
  const seen = onNetwork(node, networkOf(cluster, options))
  return { datacenter: datacenterOf(cluster, options), node: seen, role: 'server', options }
}

/**
 * A server of the Consul datacenter. Changes go one server at a time, the leader last, and only while one more may be
 * lost; policies, tokens, entries and gossip keys are converged through one server after all nodes.
 */
const consulServer = defineRole({
  name: 'consul-server',
  summary: 'A Consul server: catalog, health checks, key-value store and DNS, kept by majority.',
  family: 'consul',
  conflicts: ['consul-client'],
  options: serverOptions,
  findings: ({ options, cluster }) => serverFindings(options, cluster),
  settled: ({ options, cluster }) =>
    settledValues(datacenterOf(cluster, options), {
      name: options.network,
      network: networkOf(cluster, options),
    }),
  provides: ({ options, node, cluster }) =>
    providedByServer(datacenterOf(cluster, options), options, node.name),
  secrets: (context) => [
    ...agentWishes(agentOf(context), context.cluster.servicesOn(context.node.name)),
    ...userWishes(context.options, context.cluster),
  ],
  certificates: ({ node }) => agentCertificates(node),
  releases: (context) => agentReleases(context.options, agentOf(context), context.node.architecture),
  resources: (context) => [
    ...resourcesOfAgent({
      agent: agentOf(context),
      options: context.options,
      architecture: context.node.architecture,
      system: { release: context.node.facts['os_release'], archive: context.node.facts['apt_archive'] },
      services: context.cluster.servicesOn(context.node.name),
      secrets: context.secrets,
      release: (wish) => context.release(wish),
    }),
    ...(context.cluster.keeper(context.node.name)
      ? [snapshotTokenFile(context.secrets.token(SNAPSHOT_SECRET).secretId)]
      : []),
  ],
  group: ({ options, cluster, secrets }) =>
    consulGroup({
      servers: datacenterOf(cluster, options).servers,
      nodes: allNodes(cluster, options),
      options,
      dataFolder: options.data_dir,
      access: managementOf(secrets),
    }),
  gates: ({ options, node, cluster, secrets }) => [
    serverGate(node.name, datacenterOf(cluster, options).servers, managementOf(secrets)),
    gateOfAgent(node, cluster.servicesOn(node.name), secrets, cluster.find('consul-server')),
  ],
  store: (context) => consulStore(storeParts(storeWishes(context))),
  version: ({ options, cluster }) => consulVersion(options, cluster),
  client: ({ options, cluster, secrets }) =>
    consulClient(datacenterOf(cluster, options), () => managementOf(secrets())),
  status: ({ cluster, secrets }) =>
    consulProbe(
      {
        servers: namesOf(cluster.find('consul-server')),
        clients: namesOf(cluster.find('consul-client')),
        nodes: namesOf(cluster.nodes),
      },
      managementOf(secrets),
    ),
})

function namesOf(nodes: readonly { readonly name: string }[]): string[] {
  return nodes.map(({ name }) => name)
}

export default consulServer
