/** From the datacenter and the users' wishes to what the store is to hold. */
import { serverAt } from '../../autopilot/address-text.ts'
import type { ClusterService } from '../../../topology/service.ts'
import type { ManagementAccess, TokenIdentity } from '../management.ts'
import { agentPolicyName, ANONYMOUS_POLICY, servicePolicyName } from '../names.ts'
import { type ConsulNode, type Datacenter } from '../setup.ts'
import { dialectOf } from '../version.ts'
import { autopilotShelf } from './autopilot.ts'
import type { StoreParts } from './consul-store.ts'
import { keyringShelf } from './keyring.ts'
import { kvShelf, type WantedEntry } from './kv.ts'
import { loginShelves, PARTS_OF_LOGIN, type WantedLogin } from './logins.ts'
import { memberAddress, memberShelf } from './members.ts'
import { policyAddress, policyShelf, type WantedPolicy } from './policies.ts'
import { strayCheckShelf } from './stray-checks.ts'
import { tellAgents } from './tell-agents.ts'
import { anonymousToken, tokenAddress, tokenNames, tokenShelf, type WantedToken } from './tokens.ts'

/** Everything that the store is made from. */
export interface StoreWishes {
  readonly datacenter: Datacenter
  /** All nodes of the cluster file. */
  readonly nodes: readonly ConsulNode[]
  readonly access: ManagementAccess
  readonly gossipKeys: readonly [string, ...string[]]
  readonly agentToken: (node: string) => TokenIdentity
  readonly serviceToken: (node: string, service: string) => TokenIdentity
  /** The services that a node registers. */
  readonly servicesOn: (node: string) => readonly ClusterService[]
  /** Rules of requests without a token. */
  readonly anonymousRules: string
  readonly policies: readonly WantedPolicy[]
  readonly tokens: readonly WantedToken[]
  readonly entries: readonly WantedEntry[]
  /** How the work of other engines logs in. */
  readonly logins: readonly WantedLogin[]
}

/** The parts of the store. */
export function storeParts(wishes: StoreWishes): StoreParts {
  const { datacenter, access } = wishes
  const nodes = [...datacenter.servers, ...datacenter.clients]
  const names = nodes.map(({ name }) => name)
  const services = new Set(names.flatMap(wishes.servicesOn).map(({ name }) => name))
  const policies = [
    anonymousPolicy(wishes.anonymousRules),
    ...names.map(agentPolicy),
    ...[...services].map(servicePolicy),
    ...wishes.policies,
  ]
  const tokens = [
    anonymousToken([ANONYMOUS_POLICY]),
    ...names.flatMap((name) => tokensOfNode(name, wishes)),
    ...wishes.tokens,
  ]
  return {
    access,
    servers: datacenter.servers.map(({ name }) => name),
    dataFolder: datacenter.dataFolder,
    serverAt: (address) => serverAt(datacenter.servers, address),
    shelves: [
      policyShelf(policies),
      ...loginShelves(wishes.logins),
      tokenShelf(tokens, access.previous),
      kvShelf(wishes.entries),
      memberShelf(nodes, wishes.nodes),
      ...(dialectOf(datacenter.version).agentDeregisters ? [] : [strayCheckShelf(names, wishes.servicesOn)]),
      keyringShelf(wishes.gossipKeys),
      autopilotShelf(datacenter.servers.length),
    ],
    owns: names.map(memberAddress),
    // The two last are the gossip keys and autopilot.
    size: policies.length + tokens.length + wishes.entries.length + wishes.logins.length * PARTS_OF_LOGIN + 2,
    afterwards: (link, addresses) => tellAgents(link, toBeTold(wishes, nodes, addresses)),
  }
}

function anonymousPolicy(rules: string): WantedPolicy {
  return { name: ANONYMOUS_POLICY, description: 'Bramble: requests without a token, DNS', rules }
}

/** The agent is told about its tokens by this right. What else it may, it has from its node identity: its own node, no service. */
function agentPolicy(node: string): WantedPolicy {
  return {
    name: agentPolicyName(node),
    description: `Bramble: the agent of ${node}`,
    rules: `agent "${node}" { policy = "write" }\n`,
  }
}

/**
 * The right to register one service, and nothing else. Not a service identity, which may also register a proxy of the service and
 * read all services and nodes. Consul cannot bind the right to a node: rules know names of services only.
 */
function servicePolicy(service: string): WantedPolicy {
  return {
    name: servicePolicyName(service),
    description: `Bramble: the service ${service}`,
    rules: `service "${service}" { policy = "write" }\n`,
  }
}

/** One of the agent, and one for each of the services: who reads one of them has no other. */
function tokensOfNode(node: string, wishes: StoreWishes): readonly WantedToken[] {
  return [
    {
      name: tokenNames.agent(node),
      ...wishes.agentToken(node),
      description: `Bramble: the agent of ${node}`,
      policies: [agentPolicyName(node)],
      node: { NodeName: node, Datacenter: wishes.datacenter.name },
    },
    ...wishes.servicesOn(node).map(({ name: service }) => ({
      name: tokenNames.service(node, service),
      ...wishes.serviceToken(node, service),
      description: `Bramble: the service ${service} on ${node}`,
      policies: [servicePolicyName(service)],
    })),
  ]
}

/** The agents whose rights, or those of their services, were changed; with the token by which each is told. */
function toBeTold(wishes: StoreWishes, nodes: readonly ConsulNode[], changed: readonly string[]) {
  const { authorityPem } = wishes.access
  const addresses = new Set(changed)
  return nodes
    .filter(({ name }) =>
      [
        tokenAddress(tokenNames.agent(name)),
        policyAddress(agentPolicyName(name)),
        ...wishes
          .servicesOn(name)
          .flatMap(({ name: service }) => [
            tokenAddress(tokenNames.service(name, service)),
            policyAddress(servicePolicyName(service)),
          ]),
      ].some((address) => addresses.has(address)),
    )
    .map(({ name }) => ({ node: name, access: { authorityPem, token: wishes.agentToken(name).secretId } }))
}
