/** The servers as a consensus group: who takes part, and whether one more may be lost. */
import type { GroupState, MemberState, NodeLink, QuorumGroup } from '../contract.ts'
import { askServer, type ServerView } from './ask-server.ts'
import { counted } from './counted.ts'
import type { ManagementAccess } from './management.ts'
import { UNIT } from './names.ts'
import type { AgentOptions } from './options.ts'
import type { HealthReply } from './replies.ts'
import { hasReturned } from './returned.ts'
import { serverAt, type ConsulNode } from './setup.ts'

/** The servers and how to ask them. */
export interface QuorumParts {
  readonly servers: readonly ConsulNode[]
  readonly options: AgentOptions
  readonly access: ManagementAccess
}

/** A full restart of three slow boards takes half a minute, and a snapshot must be read from the card before. */
const PATIENCE_SECONDS = 180

/** The group of the servers. */
export function consulQuorum(parts: QuorumParts): QuorumGroup {
  return {
    name: 'consul',
    members: parts.servers.map(({ name }) => name),
    interruptedBy: (address) => address === `service:${UNIT}` || address === 'package:consul',
    observe: (link) => observe(parts, link),
    returned: (link, node, since) => hasReturned(parts, link, node, since),
    patienceSeconds: PATIENCE_SECONDS,
  }
}

async function observe({ servers, access }: QuorumParts, link: NodeLink): Promise<GroupState> {
  const views = await Promise.all(servers.map(({ name }) => askServer(link, name, access)))
  return groupState(servers, views)
}

/** From what the servers say to one statement about the group. */
export function groupState(servers: readonly ConsulNode[], views: readonly ServerView[]): GroupState {
  // Where something listens and nobody can be asked, it is not known: then each is changed in its turn, and proven before the next.
  const isUnknown = views.every(({ answers }) => !answers) && views.some(({ listens }) => listens)
  const formed = isUnknown || views.some(({ leader, peers }) => leader !== '' || peers.length > 0)
  const led = views.filter(({ leader, distrusted }) => leader !== '' && distrusted !== true)
  if (!formed || led.length === 0) return leaderless(servers, views, formed)
  // A leader of a few seconds has no opinion of anybody yet.
  const health = led.find((view) => (view.health?.Servers.length ?? 0) > 0)?.health
  const members = servers.map(({ name }): MemberState => {
    const view = views.find(({ node }) => node === name)
    const state = health ? fromHealth(name, health) : fromPeers(servers, name, led)
    return { ...state, healthy: state.healthy && view !== undefined && led.includes(view) }
  })
  const voters = health
    ? health.Servers.filter(({ Voter }) => Voter).length
    : Math.max(...led.map(({ peers }) => peers.length))
  const healthyVoters =
    members.filter(({ healthy, voter }) => healthy && voter).length + strangers(servers, health)
  const failureTolerance = Math.max(0, healthyVoters - (Math.floor(voters / 2) + 1))
  return { formed, members, failureTolerance, detail: detailOf(members, voters, failureTolerance) }
}

function leaderless(
  servers: readonly ConsulNode[],
  views: readonly ServerView[],
  formed: boolean,
): GroupState {
  const distrusted = views.filter((view) => view.distrusted === true)
  const answering = views.filter(({ answers }) => answers).map(({ node }) => node)
  const who = answering.length === 0 ? 'no server answers' : `only ${answering.join(', ')} answers`
  return {
    formed,
    members: servers.map(({ name }) => ({ node: name, healthy: false, voter: formed, leader: false })),
    failureTolerance: 0,
    ...(distrusted.length > 0 && { isUnbelieved: true }),
    detail: formed
      ? distrusted.length > 0
        ? distrusted.map(({ node, problem }) => `${node}: ${problem}`).join('; ')
        : `there is no leader: ${answering.length === servers.length ? 'the servers do not agree on one' : who}`
      : `not formed yet: ${who}`,
  }
}

function fromHealth(name: string, health: HealthReply): MemberState {
  const server = health.Servers.find(({ Name }) => Name === name)
  return {
    node: name,
    healthy: server?.Healthy ?? false,
    voter: server?.Voter ?? false,
    leader: server?.Leader ?? false,
  }
}

/** Before our token is known, the addresses of the raft configuration are all there is. */
function fromPeers(servers: readonly ConsulNode[], name: string, led: readonly ServerView[]): MemberState {
  const isPeer = led.some(({ peers }) => peers.some((peer) => serverAt(servers, peer) === name))
  const leads = led.some(({ leader }) => serverAt(servers, leader) === name)
  return { node: name, healthy: isPeer, voter: isPeer, leader: leads }
}

/** Healthy voters that the cluster file does not have: still needed for a majority. */
function strangers(servers: readonly ConsulNode[], health: HealthReply | undefined): number {
  const names = new Set(servers.map(({ name }) => name))
  return (health?.Servers ?? []).filter(({ Name, Voter, Healthy }) => Voter && Healthy && !names.has(Name))
    .length
}

function detailOf(members: readonly MemberState[], voters: number, tolerance: number): string {
  const leader = members.find((member) => member.leader)?.node ?? 'a server outside the cluster file'
  const sick = members.filter(({ healthy }) => !healthy).map(({ node }) => node)
  const healthy = sick.length === 0 ? 'all healthy' : `not healthy: ${sick.join(', ')}`
  const lose = tolerance === 0 ? 'none may be lost' : `${tolerance} may be lost`
  return `${counted(voters, 'voter')}, led by ${leader}, ${healthy}; ${lose}`
}
