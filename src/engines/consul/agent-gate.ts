/**
 * The gate of an agent: it reaches a leader, its token is known, and what it registers is in the catalog and passes its checks, as a
 * server sees it. What an agent says of itself is in no DNS answer.
 */
import { counted } from '../autopilot/counted.ts'
import type { Verdict } from '../autopilot/judge.ts'
import { leaderReply } from '../autopilot/replies.ts'
import type { ClusterService } from '../../topology/service.ts'
import type { z } from 'zod'
import type { Gate, NodeChange, NodeLink } from '../contract.ts'
import { withApi, type TokenAccess, type ConsulApi } from './api.ts'
import { managementAccess, type ManagementAccess } from './management.ts'
import { ENGINE, UNIT } from './names.ts'
import { ALIVE, agentChecksReply, anything, catalogNodeReply, checksReply, membersReply } from './replies.ts'
import { checkId } from './service-definition.ts'

/** A board that starts for the first time has much to do besides. */
const PATIENCE_SECONDS = 120

const not = (detail: string): Verdict => ({ passed: false, detail })

/** What the gate of an agent looks for. */
export interface AgentGateParts {
  readonly node: string
  /** With the agent's own token: whatever a node is asked with, it learns. */
  readonly access: TokenAccess
  /** The servers that tell what the catalog holds. */
  readonly servers: readonly string[]
  readonly management: ManagementAccess
  /** What the node registers. */
  readonly services: readonly ClusterService[]
}

/** The gate of one agent. */
export function agentGate(parts: AgentGateParts): Gate {
  /** Checks that were seen not passing since the change: when they pass, they have run since. */
  const seenShut = new Set<string>()
  return {
    name: 'consul: member with its services',
    node: parts.node,
    engine: ENGINE,
    patienceSeconds: PATIENCE_SECONDS,
    ask: (link, change) => askAgentGate(link, parts, change, seenShut),
  }
}

async function askAgentGate(
  link: NodeLink,
  parts: AgentGateParts,
  change: NodeChange | undefined,
  seenShut: Set<string>,
): Promise<Verdict> {
  const own = await withApi(link, parts.node, parts.access, (api) => askAgent(api, parts.node))
  if ('detail' in own) return own
  const seen = { own: own.checks, since: reloadedSince(change), seenShut }
  const catalog = await askAnyServer(link, parts)
  if ('detail' in catalog) return catalog
  const verdict = judgeServices(parts, { ...seen, ...catalog })
  return verdict.passed ? askEveryServer(link, parts, seen, verdict) : verdict
}

type AgentChecks = z.output<typeof agentChecksReply>

async function askAgent(api: ConsulApi, node: string): Promise<Verdict | { readonly checks: AgentChecks }> {
  // Needs no token, and goes through a server.
  const leader = await api.get('/v1/status/leader', leaderReply)
  if (!leader.ok) return not(`${node} does not answer: ${leader.problem}`)
  if (leader.value === '') return not(`${node} reaches no leader`)
  const token = await api.get('/v1/acl/token/self', anything)
  if (!token.ok) return not(`the token of ${node} is not known yet: ${token.problem}`)
  const [members, checks] = await Promise.all([
    api.get('/v1/agent/members', membersReply),
    api.get('/v1/agent/checks', agentChecksReply),
  ])
  if (!members.ok) return not(`${node} does not tell its members: ${members.problem}`)
  const itself = members.value.find(({ Name }) => Name === node)
  if (itself?.Status !== ALIVE) return not(`${node} is no member yet`)
  return { checks: checks.ok ? checks.value : {} }
}

interface Catalog {
  readonly services: readonly string[]
  readonly checks: z.output<typeof checksReply>
}

/** What the leader knows, by way of the first server that tells; the node itself first when it is one. */
async function askAnyServer(link: NodeLink, parts: AgentGateParts): Promise<Verdict | Catalog> {
  const { node, servers } = parts
  let refusal: Verdict | Catalog = not('no server can be asked for the catalog')
  for (const server of servers.includes(node) ? [node, ...servers] : servers) {
    refusal = await askCatalog(link, parts, server, '')
    if (!('detail' in refusal)) return refusal
  }
  return refusal
}

/** Each server answers DNS by what it has itself, and may be behind its leader. One that does not answer is not asked by others either. */
async function askEveryServer(
  link: NodeLink,
  parts: AgentGateParts,
  seen: Omit<ServicesSeen, keyof Catalog>,
  verdict: Verdict,
): Promise<Verdict> {
  const views = await Promise.all(
    parts.servers.map(async (server) => ({ server, view: await askCatalog(link, parts, server, '?stale') })),
  )
  for (const { server, view } of views) {
    const own = 'detail' in view ? verdict : judgeServices(parts, { ...seen, ...view })
    if (!own.passed) return not(`${server} is behind: ${own.detail}`)
  }
  return verdict
}

function askCatalog(
  link: NodeLink,
  { node, management }: AgentGateParts,
  server: string,
  mode: '' | '?stale',
): Promise<Verdict | Catalog> {
  return withApi(link, server, managementAccess(management), async (api) => {
    const [registered, checks] = await Promise.all([
      api.get(`/v1/catalog/node/${node}${mode}`, catalogNodeReply),
      api.get(`/v1/health/node/${node}${mode}`, checksReply),
    ])
    if (!registered.ok) return not(`${server} does not tell what the catalog holds: ${registered.problem}`)
    if (!checks.ok) return not(`${server} does not tell how the checks are: ${checks.problem}`)
    const services = Object.values(registered.value?.Services ?? {}).map(({ Service }) => Service)
    return { services, checks: checks.value }
  })
}

interface ServicesSeen extends Catalog {
  /** What the agent itself says; empty when it does not tell. */
  readonly own: AgentChecks
  /** When it was told to read its files again; its checks keep their old results then. */
  readonly since: Date | undefined
  readonly seenShut: Set<string>
}

/** After a start, every check of an agent is critical until it has run. After a reload it has its last result. */
function reloadedSince(change: NodeChange | undefined): Date | undefined {
  const own = change?.changed.find(({ address }) => address === `service:${UNIT}`)
  if (own?.action !== 'update') return undefined
  const isReload = own.differences?.every(({ is }) => is === 'has read another') ?? true
  return isReload ? change?.since : undefined
}

function judgeServices({ node, services }: AgentGateParts, seen: ServicesSeen): Verdict {
  const missing = services.filter(({ name }) => !seen.services.includes(name)).map(({ name }) => name)
  if (missing.length > 0) return not(`not in the catalog yet: ${missing.join(', ')}`)
  for (const service of services) {
    for (const [index, check] of service.checks.entries()) {
      const id = checkId(service.name, index)
      const answer = judgeCheck(service.name, id, check, seen)
      if (!answer.passed) return answer
    }
  }
  return { passed: true, detail: `${node} is a member with ${counted(services.length, 'service')}` }
}

function judgeCheck(
  service: string,
  id: string,
  { interval, timeout }: ClusterService['checks'][number],
  { checks, own, since, seenShut }: ServicesSeen,
): Verdict {
  const known = checks.find(({ CheckID }) => CheckID === id)
  if (known === undefined) {
    seenShut.add(id)
    return not(`a check of ${service} is not in the catalog yet`)
  }
  // The catalog is a little behind its agent: what is not passing in either has not passed.
  const status = own[id] !== undefined && own[id].Status !== 'passing' ? own[id] : known
  if (status.Status !== 'passing') {
    seenShut.add(id)
    return not(`${service} is ${status.Status}: ${firstLine(status.Output) || 'not checked yet'}`)
  }
  if (since === undefined || seenShut.has(id)) return { passed: true, detail: 'passing' }
  const rounds = secondsOf(interval) + secondsOf(timeout)
  const over = Date.now() - since.getTime() > rounds * 1000
  return over ? { passed: true, detail: 'passing' } : not(`${service} was not checked anew yet`)
}

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 }

/** Seconds of a duration of the cluster file, such as `10s`. */
function secondsOf(duration: unknown): number {
  const [, count, unit = ''] = /^(\d+)(ms|s|m|h)$/.exec(String(duration)) ?? []
  return Number(count ?? 0) * (UNITS[unit] ?? 0)
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, 200) ?? ''
}
