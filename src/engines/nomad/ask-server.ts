/** What one server says of the group, with and without a token. */
import { healthReply, leaderReply, peersReply, raftReply, type HealthReply } from '../autopilot/replies.ts'
import type { ServerView } from '../autopilot/server-view.ts'
import type { NodeLink } from '../contract.ts'
import type { Reply } from '../steps/reply.ts'
import { withApi, type NomadApi } from './api.ts'
import { nodeOf } from './names.ts'
import { selfReply } from './replies.ts'
import { serverAccess, type ManagementAccess } from './setup.ts'

/** Asks one server; never rejects. Servers are told by the names of their nodes. */
export function askServer(
  link: NodeLink,
  node: string,
  access: ManagementAccess,
  region: string,
): Promise<ServerView> {
  return withApi(link, node, serverAccess(access), async (api) => {
    // A server without a leader knows its peers all the same.
    const [leader, peers, raft, self] = await Promise.all([
      api.get('/v1/status/leader?stale', leaderReply),
      api.get('/v1/status/peers?stale', peersReply),
      api.get('/v1/operator/raft/configuration?stale', raftReply),
      api.get('/v1/agent/self', selfReply),
    ])
    const isLed = leader.ok && leader.value !== ''
    const health = isLed ? await healthOf(api, region) : undefined
    const servers = raft.ok
      ? raft.value.Servers.map((one) => ({ ...one, Node: nodeOf(one.Node, region) }))
      : undefined
    return {
      node,
      ...(await presence(api, leader)),
      leader: leader.ok ? leader.value : '',
      peers: peers.ok ? peers.value : [],
      ...(self.ok && { name: nodeOf(self.value.member.Name, region) }),
      ...(servers && { raft: servers }),
      ...(health?.ok && { health: health.value }),
    }
  })
}

/** Autopilot's opinion, or why there is none: status 429 is an answer, too ("not healthy"). */
export async function healthOf(api: NomadApi, region: string): Promise<Reply<HealthReply>> {
  const reply = await api.get('/v1/operator/autopilot/health', healthReply)
  if (reply.ok) return { ok: true, value: named(reply.value, region) }
  if (reply.status !== 429) return reply
  try {
    return { ok: true, value: named(healthReply.parse(JSON.parse(reply.text ?? '')), region) }
  } catch {
    return reply
  }
}

function named(health: HealthReply, region: string): HealthReply {
  return { ...health, Servers: health.Servers.map((one) => ({ ...one, Name: nodeOf(one.Name, region) })) }
}

/** Whether it speaks, and whether there is anybody who could. */
async function presence(
  api: NomadApi,
  leader: Reply<string>,
): Promise<Pick<ServerView, 'answers' | 'problem' | 'listens' | 'distrusted'>> {
  if (leader.ok) return { answers: true, problem: '', listens: true }
  const { problem, distrusted } = leader
  if (distrusted) return { answers: false, problem, distrusted, listens: true }
  const answers = leader.status > 0
  return { answers, problem, listens: answers || (await api.listens()) }
}
