/** From the datacenter and the users' wishes to what the store is to hold. */
import type { NodeLink } from '../../contract.ts'
import { withApi } from '../api.ts'
import { managementAccess, type ManagementAccess } from '../management.ts'
import { agentPolicyName, ANONYMOUS_POLICY } from '../names.ts'
import { anything } from '../replies.ts'
import { serverAt, type ConsulNode, type Datacenter } from '../setup.ts'
import { autopilotShelf } from './autopilot.ts'
import type { StoreParts } from './consul-store.ts'
import { keyringShelf } from './keyring.ts'
import { kvShelf, type WantedEntry } from './kv.ts'
import { memberAddress, memberShelf } from './members.ts'
import { policyAddress, policyShelf, type WantedPolicy } from './policies.ts'
import { inBatches } from './step.ts'
import { anonymousToken, tokenAddress, tokenShelf, type WantedToken } from './tokens.ts'

/** Agents are told about their tokens a few at a time. */
const AGENTS_AT_A_TIME = 8

/** A token as the secrets keep it. */
export interface TokenIdentity {
  readonly accessorId: string
  readonly secretId: string
}

/** Everything that the store is made from. */
export interface StoreWishes {
  readonly datacenter: Datacenter
  readonly access: ManagementAccess
  readonly gossipKeys: readonly [string, ...string[]]
  readonly agentToken: (node: string) => TokenIdentity
  /** Names of the services that a node registers. */
  readonly servicesOn: (node: string) => readonly string[]
  /** Rules of requests without a token. */
  readonly anonymousRules: string
  readonly policies: readonly WantedPolicy[]
  readonly tokens: readonly WantedToken[]
  readonly entries: readonly WantedEntry[]
}

/** The parts of the store. */
export function storeParts(wishes: StoreWishes): StoreParts {
  const { datacenter, access } = wishes
  const nodes = [...datacenter.servers, ...datacenter.clients]
  const policies = [
    anonymousPolicy(wishes.anonymousRules),
    ...nodes.map(({ name }) => agentPolicy(name, wishes.servicesOn(name))),
    ...wishes.policies,
  ]
  const tokens = [
    anonymousToken([ANONYMOUS_POLICY]),
    ...nodes.map(({ name }) => tokenOfAgent(name, wishes.agentToken(name))),
    ...wishes.tokens,
  ]
  return {
    access,
    servers: datacenter.servers.map(({ name }) => name),
    dataFolder: datacenter.dataFolder,
    serverAt: (address) => serverAt(datacenter.servers, address),
    shelves: [
      policyShelf(policies),
      tokenShelf(tokens),
      kvShelf(wishes.entries),
      memberShelf(nodes.map(({ name }) => name)),
      keyringShelf(wishes.gossipKeys),
      autopilotShelf(datacenter.servers.length),
    ],
    owns: nodes.map(({ name }) => memberAddress(name)),
    // The two last are the gossip keys and autopilot.
    size: policies.length + tokens.length + wishes.entries.length + 2,
    afterwards: (link, addresses) => tellAgents(link, wishes, nodes, addresses),
  }
}

function anonymousPolicy(rules: string): WantedPolicy {
  return { name: ANONYMOUS_POLICY, description: 'Bramble: requests without a token, DNS', rules }
}

/**
 * What an agent may do: register its own node and the services that run on it, and read the catalog, which answers DNS
 * where the version knows no other token for that. No key, no other node.
 */
export function agentPolicy(node: string, services: readonly string[]): WantedPolicy {
  const rules = [
    `node "${node}" { policy = "write" }`,
    ...services.map((service) => `service "${service}" { policy = "write" }`),
    'node_prefix "" { policy = "read" }',
    'service_prefix "" { policy = "read" }',
  ]
  return {
    name: agentPolicyName(node),
    description: `Bramble: the agent of ${node}`,
    rules: `${rules.join('\n')}\n`,
  }
}

function tokenOfAgent(node: string, identity: TokenIdentity): WantedToken {
  return {
    name: `agent/${node}`,
    ...identity,
    description: `Bramble: the agent of ${node}`,
    policies: [agentPolicyName(node)],
  }
}

/**
 * An agent that was refused registers itself again within two minutes only (anti-entropy marks what was denied as done). When its
 * token changes it does so at once, so it is taken away and given back. Who does not answer finds out by itself.
 */
async function tellAgents(
  link: NodeLink,
  { access, agentToken }: StoreWishes,
  nodes: readonly ConsulNode[],
  addresses: readonly string[],
): Promise<void> {
  const told = nodes.filter(({ name }) =>
    [tokenAddress(`agent/${name}`), policyAddress(agentPolicyName(name))].some((address) =>
      addresses.includes(address),
    ),
  )
  await inBatches(told, AGENTS_AT_A_TIME, async ({ name }) => {
    const { secretId } = agentToken(name)
    await withApi(link, name, managementAccess(access), async (api) => {
      for (const Token of ['', secretId]) {
        await api.send('PUT', '/v1/agent/token/agent', anything, { json: { Token } })
      }
    })
  })
}
