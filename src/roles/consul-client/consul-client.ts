/** The role `consul-client`: registers what runs on a node, checks it, and answers by asking the servers. */
import { rolesConsulCodes } from '../../engines/consul/codes.ts'
import { datacenterOf, networkOf, SERVER_ROLE } from '../../engines/consul/datacenter.ts'
import { ENGINE } from '../../engines/consul/names.ts'
import {
  clientAgentOptions,
  clientOptions,
  serverOptions,
  spokenVersion,
  type ClientOptions,
  type ServerOptions,
} from '../../engines/consul/options.ts'
import {
  agentCertificates,
  agentReleases,
  agentWishes,
  gateOfAgent,
  resourcesOfAgent,
} from '../../engines/consul/role-parts.ts'
import { networkFindings } from '../../engines/network-findings.ts'
import { agentFindings } from '../../engines/consul/agent-findings.ts'
import { providedByClient } from '../../engines/consul/provided.ts'
import { settingFindings } from '../../engines/consul/setting-findings.ts'
import type { Agent } from '../../engines/consul/setup.ts'
import { onNetwork } from '../../topology/network.ts'
import { defineRole, type RoleFinding, type RoleWishContext } from '../role.ts'
import type { Cluster } from '../../topology/cluster.ts'

/** What is written once, at the servers; without servers there is a finding, and nothing is compiled. */
function serversOf(cluster: Cluster): ServerOptions {
  return cluster.options<ServerOptions>(SERVER_ROLE) ?? serverOptions.parse({})
}

function agentOf({ options, node, cluster }: RoleWishContext<ClientOptions>): Agent {
  const servers = serversOf(cluster)
  return {
    datacenter: datacenterOf(cluster, servers),
    node: onNetwork(node, networkOf(cluster, servers)),
    role: 'client',
    options: clientAgentOptions(options, servers),
  }
}

function findings(options: ClientOptions, cluster: Cluster): readonly RoleFinding[] {
  return [
    ...(cluster.find(SERVER_ROLE).length === 0
      ? [{ diagnostic: rolesConsulCodes.CONSUL_CLIENT_WITHOUT_SERVER({}) }]
      : []),
    ...networkFindings(cluster, serversOf(cluster).network, cluster.find('consul-client')),
    ...settingFindings(options.settings, spokenVersion(serversOf(cluster), cluster.pinned(ENGINE))),
    ...agentFindings(cluster.find('consul-client'), (node) => cluster.servicesOn(node)),
  ]
}

/** An agent that is no server. Version, source, datacenter and folders are those of the servers. */
const consulClient = defineRole({
  name: 'consul-client',
  summary: 'A Consul client: registers and checks the services of its node, and answers by DNS.',
  family: 'consul',
  conflicts: ['consul-server'],
  options: clientOptions,
  findings: ({ options, cluster }) => findings(options, cluster),
  provides: ({ node, cluster }) =>
    providedByClient(datacenterOf(cluster, serversOf(cluster)), serversOf(cluster), node.name),
  secrets: (context) => agentWishes(agentOf(context), context.cluster.servicesOn(context.node.name)),
  certificates: ({ node }) => agentCertificates(node),
  releases: (context) =>
    agentReleases(serversOf(context.cluster), agentOf(context), context.node.architecture),
  resources: (context) =>
    resourcesOfAgent({
      agent: agentOf(context),
      options: serversOf(context.cluster),
      architecture: context.node.architecture,
      system: { release: context.node.facts['os_release'], archive: context.node.facts['apt_archive'] },
      services: context.cluster.servicesOn(context.node.name),
      secrets: context.secrets,
      release: (wish) => context.release(wish),
    }),
  gates: ({ node, cluster, secrets }) => [
    gateOfAgent(node, cluster.servicesOn(node.name), secrets, cluster.find(SERVER_ROLE)),
  ],
})

export default consulClient
