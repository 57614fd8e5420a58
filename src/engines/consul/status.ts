/** What the datacenter is like right now, in three questions: for `bramble status`. */
import { counted } from '../autopilot/counted.ts'
import { quorumDetail, quorumProblems } from '../autopilot/quorum.ts'
import type { HealthReply } from '../autopilot/replies.ts'
import type { z } from 'zod'
import type { EngineProbe, EngineStatus, NodeLink } from '../contract.ts'
import { majorityOf } from '../raft-group.ts'
import { withApi } from './api.ts'
import type { Reply } from '../steps/reply.ts'
import { healthOf } from './ask-server.ts'
import { askPlainly } from './plain-status.ts'
import { withForeignManagers } from './foreign-tokens.ts'
import { managementAccess, type ManagementAccess } from './management.ts'
import { UNIT } from './names.ts'
import { ALIVE, checksReply, LEFT, membersReply, type MembersReply } from './replies.ts'

/** Names of the nodes that are to be members. */
export interface WantedMembers {
  readonly servers: readonly string[]
  readonly clients: readonly string[]
  /** All nodes of the cluster file; who runs elsewhere is a stranger. */
  readonly nodes: readonly string[]
}

/** The datacenter as one member sees it. */
export function consulProbe(wanted: WantedMembers, access: ManagementAccess): EngineProbe {
  return {
    name: 'consul',
    members: wanted.servers,
    units: { server: UNIT, client: UNIT },
    ask: (link, node) => askStatus(link, node, wanted, access),
  }
}

/** Asks one member. Rejects with a sentence when it cannot be asked. */
export function askStatus(
  link: NodeLink,
  node: string,
  wanted: WantedMembers,
  access: ManagementAccess,
): Promise<EngineStatus> {
  return withApi(link, node, managementAccess(access), async (api) => {
    const filter = encodeURIComponent('Status != "passing"')
    const [members, health, checks] = await Promise.all([
      api.get('/v1/agent/members', membersReply),
      healthOf(api),
      api.get(`/v1/health/state/any?filter=${filter}`, checksReply),
    ])
    if (!members.ok) throw new Error(await whyNot(link, node, members))
    return withForeignManagers(api, statusOf(wanted, members.value, health, checks))
  })
}

/** Why it cannot be asked; where only its certificate stands in the way, what it says of the leader all the same. */
async function whyNot(
  link: NodeLink,
  node: string,
  { problem, distrusted }: Extract<Reply<unknown>, { ok: false }>,
): Promise<string> {
  const sentence = `Consul on ${node} cannot be asked: ${problem}`
  const plain = distrusted === true ? await askPlainly(link, node) : undefined
  if (plain === undefined) return sentence
  const led = plain.leader === '' ? 'sees no leader' : `is led by ${plain.leader}`
  const voters = plain.peers ? ` and has ${counted(plain.peers.length, 'voter')}` : ''
  return `${sentence}; without it, it says that it ${led}${voters}`
}

type Checks = z.output<typeof checksReply>

/** Autopilot calls a group healthy whose servers do not all vote yet: then it can lose fewer than it was made for. */
export function statusOf(
  wanted: WantedMembers,
  found: MembersReply,
  health: Reply<HealthReply>,
  checks: Reply<Checks>,
): EngineStatus {
  const servers = health.ok ? health.value.Servers : []
  const members = found.map((member) => memberStatus(member, health)).sort(byRoleAndName)
  const leader = servers.find(({ Leader }) => Leader)?.Name
  const strangers = strangersAmong(wanted, members)
  const problems = [
    ...membersProblems(wanted, members, strangers),
    ...(health.ok ? quorumProblems(wanted.servers, health.value) : []),
  ]
  const unknown = [
    ...(health.ok ? [] : [`who votes and leads: ${health.problem}`]),
    ...(checks.ok ? [] : [`the checks: ${checks.problem}`]),
  ]
  const alive = members.filter(({ state }) => state === 'alive').length
  const parts = [
    ...(health.ok ? [quorumDetail(health.value)] : ['nobody says who votes and leads']),
    `${alive} of ${members.length} members alive`,
  ]
  return {
    name: 'consul',
    healthy: problems.length === 0 && unknown.length === 0,
    detail: parts.join('; '),
    problems,
    ...(strangers.length > 0 && { strangers: strangers.map((name) => ({ name, unit: UNIT })) }),
    unknown,
    ...(leader !== undefined && { leader }),
    members,
    failingChecks: checks.ok ? checks.value.map(failingCheck) : [],
  }
}

/** Who lives and runs on no node of the cluster file. Where the others cannot decide without it, that is a problem all the same. */
function strangersAmong(
  { servers, clients, nodes }: WantedMembers,
  members: EngineStatus['members'],
): readonly string[] {
  const known = new Set([...servers, ...clients, ...nodes])
  const voters = members.filter(({ voter }) => voter === true)
  const own = voters.filter(({ node, state }) => known.has(node) && state === 'alive').length
  return members
    .filter(
      ({ node, state, voter }) =>
        !known.has(node) && state === 'alive' && (voter !== true || own >= majorityOf(voters.length)),
    )
    .map(({ node }) => node)
}

function membersProblems(
  { servers, clients, nodes }: WantedMembers,
  members: EngineStatus['members'],
  strangers: readonly string[],
): string[] {
  const states = new Map(members.map(({ node, state }) => [node, state]))
  const wanted = [...servers, ...clients]
  return [
    ...wanted.flatMap((node) => {
      const state = states.get(node)
      if (state === undefined) return [`${node} is no member`]
      return state === 'alive' ? [] : [`${node} is not alive: ${state}`]
    }),
    // Who left is gone and does no harm; who lives or failed and is nowhere wanted still counts.
    ...members.flatMap(({ node, state }) =>
      wanted.includes(node) || strangers.includes(node) || state === 'left'
        ? []
        : [`${node} is a member and ${nodes.includes(node) ? 'is to be none' : 'not in the cluster file'}`],
    ),
  ]
}

function failingCheck({
  Node,
  CheckID,
  Name,
  Status,
  ServiceName,
  Output,
}: Checks[number]): EngineStatus['failingChecks'][number] {
  // agent/agent.go: `_node_maintenance`, `_service_maintenance:ID`.
  const isMaintenance = /^_(node|service)_maintenance\b/.test(CheckID)
  return {
    node: Node,
    service: ServiceName,
    check: Name,
    state: isMaintenance ? 'maintenance' : Status === 'warning' ? 'warning' : 'critical',
    output: Output.trim(),
  }
}

function memberStatus(
  { Name, Status, Tags }: MembersReply[number],
  health: Reply<HealthReply>,
): EngineStatus['members'][number] {
  const server = health.ok ? health.value.Servers.find((one) => one.Name === Name) : undefined
  const isServer = Tags['role'] === 'consul'
  return {
    node: Name,
    role: isServer ? 'server' : 'client',
    state: Status === ALIVE ? 'alive' : Status === LEFT ? 'left' : 'failed',
    version: Tags['build']?.split(':')[0] ?? '',
    // Without a word of the leader nobody knows who votes.
    ...(isServer && health.ok && { voter: server?.Voter === true, leader: server?.Leader === true }),
  }
}

function byRoleAndName(a: EngineStatus['members'][number], b: EngineStatus['members'][number]): number {
  return b.role.localeCompare(a.role) || a.node.localeCompare(b.node)
}
