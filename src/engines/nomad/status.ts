/** How servers and clients are right now, in three questions and a few for each job: for `bramble status`. */
import { quorumDetail, quorumProblems } from '../autopilot/quorum.ts'
import type { HealthReply } from '../autopilot/replies.ts'
import type { EngineProbe, EngineStatus, NodeLink } from '../contract.ts'
import type { Reply } from '../steps/reply.ts'
import { withApi } from './api.ts'
import { healthOf } from './ask-server.ts'
import { jobProblems, type JobProblems } from './jobs/job-problems.ts'
import { CLIENT_UNIT, ENGINE, nodeOf, SERVER_UNIT } from './names.ts'
import { nodesReply, type NodeReply } from './nodes.ts'
import { membersReply, type MembersReply } from './replies.ts'
import { serverAccess, type ManagementAccess, type Region } from './setup.ts'

/** What is to be there. */
export interface WantedAgents {
  readonly region: Pick<Region, 'name' | 'servers'>
  /** Names of the nodes that run work. */
  readonly clients: readonly string[]
}

/** The region as one server sees it. */
export function nomadProbe(wanted: WantedAgents, access: ManagementAccess): EngineProbe {
  return {
    name: ENGINE,
    members: wanted.region.servers.map(({ name }) => name),
    units: { server: SERVER_UNIT, client: CLIENT_UNIT },
    ask: (link, node) => askStatus(wanted, access, link, node),
  }
}

function askStatus(
  wanted: WantedAgents,
  access: ManagementAccess,
  link: NodeLink,
  node: string,
): Promise<EngineStatus> {
  return withApi(link, node, serverAccess(access), async (api) => {
    const [members, health, nodes, jobs] = await Promise.all([
      api.get('/v1/agent/members', membersReply),
      healthOf(api, wanted.region.name),
      api.get('/v1/nodes', nodesReply),
      jobProblems(api),
    ])
    if (!members.ok) throw new Error(`Nomad on ${node} cannot be asked: ${members.problem}`)
    return statusOf(wanted, members.value, health, nodes, jobs)
  })
}

/** From what was said to one statement. */
export function statusOf(
  { region, clients }: WantedAgents,
  { Members }: MembersReply,
  health: Reply<HealthReply>,
  nodes: Reply<readonly NodeReply[]>,
  jobs: JobProblems = { problems: [], unknown: [] },
): EngineStatus {
  const wanted = region.servers.map(({ name }) => name)
  const voters = health.ok ? health.value.Servers : []
  const members = membersOf(region.name, Members, health)
  const problems = [
    ...membersProblems(wanted, members),
    ...(health.ok ? quorumProblems(wanted, health.value) : []),
    ...(nodes.ok ? clientProblems(clients, nodes.value) : []),
    ...jobs.problems,
  ]
  const unknown = [
    ...(health.ok ? [] : [`who votes and leads: ${health.problem}`]),
    ...(nodes.ok || clients.length === 0 ? [] : [`who runs work: ${nodes.problem}`]),
    ...jobs.unknown,
  ]
  const alive = members.filter(({ state }) => state === 'alive').length
  const leader = voters.find(({ Leader }) => Leader)?.Name
  return {
    name: ENGINE,
    healthy: problems.length === 0 && unknown.length === 0,
    detail: `${health.ok ? quorumDetail(health.value) : 'nobody says who votes and leads'}; ${alive} of ${members.length} servers alive`,
    problems,
    unknown,
    ...(leader !== undefined && { leader }),
    members: [...members, ...(nodes.ok ? clientsOf(nodes.value) : [])],
    failingChecks: [],
  }
}

type Members = EngineStatus['members']

function membersOf(region: string, found: MembersReply['Members'], health: Reply<HealthReply>): Members {
  return found
    .map((member): Members[number] => {
      const node = nodeOf(member.Name, region)
      const own = health.ok ? health.value.Servers.find(({ Name }) => Name === node) : undefined
      return {
        node,
        role: 'server',
        state: member.Status,
        version: member.Tags['build'] ?? '',
        // Without a word of the leader nobody knows who votes.
        ...(health.ok && { voter: own?.Voter === true, leader: own?.Leader === true }),
      }
    })
    .sort((a, b) => a.node.localeCompare(b.node))
}

function membersProblems(wanted: readonly string[], members: Members): string[] {
  return [
    ...wanted.flatMap((node) => {
      const state = members.find((member) => member.node === node)?.state
      if (state === undefined) return [`${node} is no server`]
      return state === 'alive' ? [] : [`${node} is not alive: ${state}`]
    }),
    // Who left is gone and does no harm; who lives or failed and is nowhere wanted still counts.
    ...members.flatMap(({ node, state }) =>
      wanted.includes(node) || state === 'left' ? [] : [`${node} is a server and is to be none`],
    ),
  ]
}

/** What keeps work away was said by a person, or by a run that the next apply finishes. */
function clientsOf(nodes: readonly NodeReply[]): Members {
  return nodes
    .map(({ Name, Status, SchedulingEligibility, LastDrain, Version }): Members[number] => {
      const since = LastDrain?.StartedAt === undefined ? '' : `, last drained ${LastDrain.StartedAt}`
      const state = Status === 'ready' ? 'alive' : Status
      return {
        node: Name,
        role: 'client',
        state: SchedulingEligibility === 'eligible' ? state : `${state}, takes no work${since}`,
        version: Version,
      }
    })
    .sort((a, b) => a.node.localeCompare(b.node))
}

function clientProblems(wanted: readonly string[], nodes: readonly NodeReply[]): string[] {
  return wanted.flatMap((name) => {
    const own = nodes.filter(({ Name }) => Name === name)
    if (own.some(({ Status }) => Status === 'ready')) return []
    return [
      own[0] === undefined
        ? `${name} runs no work: no server knows it`
        : `${name} runs no work: ${own[0].Status}`,
    ]
  })
}
