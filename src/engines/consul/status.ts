/** What the datacenter is like right now, in three questions: for `bramble status`. */
import type { z } from 'zod'
import type { EngineProbe, EngineStatus, NodeLink } from '../contract.ts'
import { withApi, type Reply } from './api.ts'
import { askHealth } from './ask-server.ts'
import { counted } from './counted.ts'
import { askPlainly } from './plain-status.ts'
import { managementAccess, type ManagementAccess } from './management.ts'
import { ALIVE, checksReply, LEFT, membersReply, type HealthReply, type MembersReply } from './replies.ts'

/** The datacenter as one member sees it. */
export function consulProbe(members: readonly string[], access: ManagementAccess): EngineProbe {
  return { name: 'consul', members, ask: (link, node) => askStatus(link, node, access, members) }
}

/** Asks one member. `servers` are those that are wanted. Rejects with a sentence when it cannot be asked. */
export function askStatus(
  link: NodeLink,
  node: string,
  access: ManagementAccess,
  servers: readonly string[],
): Promise<EngineStatus> {
  return withApi(link, node, managementAccess(access), async (api) => {
    const filter = encodeURIComponent('Status != "passing"')
    const [members, health, checks] = await Promise.all([
      api.get('/v1/agent/members', membersReply),
      askHealth(api),
      api.get(`/v1/health/state/any?filter=${filter}`, checksReply),
    ])
    if (!members.ok) throw new Error(await whyNot(link, node, members))
    return statusOf(members.value, health, checks.ok ? checks.value : [], servers)
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
  return `${sentence}; without it, it says that it ${led} and has ${counted(plain.peers.length, 'voter')}`
}

type Checks = z.output<typeof checksReply>

/** Autopilot calls a group healthy whose servers do not all vote yet: then it can lose fewer than it was made for. */
export function statusOf(
  found: MembersReply,
  health: HealthReply | undefined,
  checks: Checks,
  servers: readonly string[],
): EngineStatus {
  const members = found.map((member) => memberStatus(member, health)).sort(byRoleAndName)
  const leader = health?.Servers.find(({ Leader }) => Leader)?.Name
  const gone = members.filter(({ state }) => state !== 'alive').map(({ node }) => node)
  const voters = members.filter(({ voter }) => voter).length
  const silent = servers.filter((name) => !members.some(({ node, voter }) => node === name && voter === true))
  const healthy = (health?.Healthy ?? false) && gone.length === 0 && silent.length === 0
  const parts = [
    leader === undefined ? 'no leader' : `${counted(voters, 'voter')}, led by ${leader}`,
    `${members.length - gone.length} of ${members.length} members alive`,
    ...(gone.length > 0 ? [`not alive: ${gone.join(', ')}`] : []),
    ...(leader !== undefined && silent.length > 0 ? [`without a vote: ${silent.join(', ')}`] : []),
    `${counted(health?.FailureTolerance ?? 0, 'server')} may be lost`,
  ]
  return {
    name: 'consul',
    healthy,
    detail: parts.join('; '),
    ...(leader !== undefined && { leader }),
    members,
    failingChecks: checks.map(({ Node, Name, ServiceName, Output }) => ({
      node: Node,
      service: ServiceName,
      check: Name,
      output: Output.trim(),
    })),
  }
}

function memberStatus(
  { Name, Status, Tags }: MembersReply[number],
  health: HealthReply | undefined,
): EngineStatus['members'][number] {
  const server = health?.Servers.find((one) => one.Name === Name)
  const isServer = Tags['role'] === 'consul'
  return {
    node: Name,
    role: isServer ? 'server' : 'client',
    state: Status === ALIVE ? 'alive' : Status === LEFT ? 'left' : 'failed',
    version: Tags['build']?.split(':')[0] ?? '',
    ...(isServer && { voter: server?.Voter ?? false, leader: server?.Leader ?? false }),
  }
}

function byRoleAndName(a: EngineStatus['members'][number], b: EngineStatus['members'][number]): number {
  return b.role.localeCompare(a.role) || a.node.localeCompare(b.node)
}
