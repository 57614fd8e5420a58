/** Conditions that must hold before a node's turn counts as done. */
import type { Gate, NodeLink } from '../contract.ts'
import { withApi, type ApiAccess, type ConsulApi } from './api.ts'
import { askServer, type ServerView } from './ask-server.ts'
import { counted } from './counted.ts'
import type { ManagementAccess } from './management.ts'
import { ALIVE, anything, catalogNodeReply, checksReply, leaderReply, membersReply } from './replies.ts'
import type { Verdict } from './returned.ts'
import { serverAt, type ConsulNode } from './setup.ts'

/** A board that starts for the first time has much to do besides. */
const PATIENCE_SECONDS = 120

const not = (detail: string): Verdict => ({ passed: false, detail })

/** The server sees a leader and votes. The others have gates of their own; who is down for good must not fail this one. */
export function serverGate(node: string, servers: readonly ConsulNode[], access: ManagementAccess): Gate {
  return {
    name: 'consul: voter with a leader',
    node,
    patienceSeconds: PATIENCE_SECONDS,
    ask: (link) => askServerGate(link, node, servers, access),
  }
}

async function askServerGate(
  link: NodeLink,
  node: string,
  servers: readonly ConsulNode[],
  access: ManagementAccess,
): Promise<Verdict> {
  const view = await askServer(link, node, access)
  if (!view.answers) return not(`${node} does not answer: ${view.problem}`)
  if (view.leader === '') return not(`${node} sees no leader`)
  const voters = votersOf(view, servers)
  if (!voters.includes(node)) return not(`${node} does not vote yet`)
  const leader = serverAt(servers, view.leader) ?? view.leader
  return { passed: true, detail: `${counted(voters.length, 'voter')}, led by ${leader}` }
}

/** By autopilot where it has an opinion, else by the addresses of the raft configuration. */
function votersOf({ health, peers }: ServerView, servers: readonly ConsulNode[]): readonly string[] {
  if (health === undefined || health.Servers.length === 0) {
    return peers.map((peer) => serverAt(servers, peer) ?? peer)
  }
  return health.Servers.filter(({ Voter }) => Voter).map(({ Name }) => Name)
}

/** What the gate of an agent looks for. */
export interface AgentGateParts {
  readonly node: string
  /** With the agent's own token: whatever a node is asked with, it learns. */
  readonly access: ApiAccess & { readonly token: string }
  /** Names of the services that the node registers. */
  readonly services: readonly string[]
}

/** The agent is a member that reaches a server, its services are in the catalog and none of them is critical. */
export function agentGate(parts: AgentGateParts): Gate {
  return {
    name: 'consul: member with its services',
    node: parts.node,
    patienceSeconds: PATIENCE_SECONDS,
    ask: (link) => withApi(link, parts.node, parts.access, (api) => askAgentGate(api, parts)),
  }
}

async function askAgentGate(api: ConsulApi, parts: AgentGateParts): Promise<Verdict> {
  const { node } = parts
  // Needs no token, and goes through a server.
  const leader = await api.get('/v1/status/leader', leaderReply)
  if (!leader.ok) return not(`${node} does not answer: ${leader.problem}`)
  if (leader.value === '') return not(`${node} reaches no leader`)
  const token = await api.get('/v1/acl/token/self', anything)
  if (!token.ok) return { passed: true, detail: `${node} reaches the leader; its token comes next` }
  const members = await api.get('/v1/agent/members', membersReply)
  if (!members.ok) return not(`${node} does not tell its members: ${members.problem}`)
  const itself = members.value.find(({ Name }) => Name === node)
  if (itself?.Status !== ALIVE) return not(`${node} is no member yet`)
  return askServices(api, parts)
}

async function askServices(api: ConsulApi, { node, services }: AgentGateParts): Promise<Verdict> {
  const [registered, checks] = await Promise.all([
    api.get(`/v1/catalog/node/${node}`, catalogNodeReply),
    api.get(`/v1/health/node/${node}`, checksReply),
  ])
  if (!registered.ok) return not(`the catalog cannot be read: ${registered.problem}`)
  if (!checks.ok) return not(`the checks cannot be read: ${checks.problem}`)
  const names = Object.values(registered.value?.Services ?? {}).map(({ Service }) => Service)
  const missing = services.filter((service) => !names.includes(service))
  if (missing.length > 0) return not(`not registered yet: ${missing.join(', ')}`)
  const first = checks.value.find(
    ({ Status, ServiceName }) => Status === 'critical' && services.includes(ServiceName),
  )
  if (first) return not(`${first.ServiceName} is critical: ${firstLine(first.Output) || 'not checked yet'}`)
  return { passed: true, detail: `${node} is a member with ${counted(services.length, 'service')}` }
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, 200) ?? ''
}
