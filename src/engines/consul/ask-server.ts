/** What one server says of the group, with and without a token; and autopilot's opinion in one shape, whatever its status. */
import { healthReply, type HealthReply, leaderReply, peersReply, raftReply } from '../autopilot/replies.ts'
import type { ServerView } from '../autopilot/server-view.ts'
import type { NodeLink } from '../contract.ts'
import { withApi, type ConsulApi } from './api.ts'
import type { Reply } from '../steps/reply.ts'
import { askPlainly } from './plain-status.ts'
import { managementAccess, type ManagementAccess } from './management.ts'
import { selfReply } from './replies.ts'

/** Asks one server; never rejects. */
export function askServer(link: NodeLink, node: string, access: ManagementAccess): Promise<ServerView> {
  return withApi(link, node, managementAccess(access), async (api) => {
    const asked = askHealth(api)
    const [leader, peers, raft, self] = await Promise.all([
      api.get('/v1/status/leader', leaderReply),
      // A server without a leader knows its peers all the same.
      api.get('/v1/status/peers?stale', peersReply),
      api.get('/v1/operator/raft/configuration?stale', raftReply),
      api.get('/v1/agent/self', selfReply),
    ])
    // Autopilot is part of the leader: without one, Consul waits seven seconds before it says so.
    const health = leader.ok && leader.value !== '' ? await asked : undefined
    if (!leader.ok && leader.distrusted) {
      const plain = await askPlainly(link, node)
      const { problem, distrusted } = leader
      return {
        node,
        answers: false,
        problem,
        distrusted,
        listens: true,
        leader: plain?.leader ?? '',
        peers: plain?.peers ?? [],
      }
    }
    return {
      node,
      ...(await presence(api, leader)),
      leader: leader.ok ? leader.value : '',
      peers: peers.ok ? peers.value : [],
      ...(self.ok && { name: self.value.Config.NodeName }),
      ...(raft.ok && { raft: raft.value.Servers }),
      ...(health && { health }),
    }
  })
}

/** Autopilot's opinion, left out when there is none. */
export async function askHealth(api: ConsulApi): Promise<HealthReply | undefined> {
  const reply = await healthOf(api)
  return reply.ok ? reply.value : undefined
}

/** Autopilot's opinion, or why there is none: status 429 is an answer, too ("not healthy"). */
export async function healthOf(api: ConsulApi): Promise<Reply<HealthReply>> {
  const reply = await api.get('/v1/operator/autopilot/health', healthReply)
  if (reply.ok || reply.status !== 429) return reply
  try {
    return { ok: true, value: healthReply.parse(JSON.parse(reply.text ?? '')) }
  } catch {
    return reply
  }
}

/** Whether it speaks, and whether there is anybody who could. */
async function presence(
  api: ConsulApi,
  leader: Reply<string>,
): Promise<Pick<ServerView, 'answers' | 'problem' | 'listens'>> {
  if (leader.ok) return { answers: true, problem: '', listens: true }
  const answers = leader.status > 0
  return { answers, problem: leader.problem, listens: answers || (await api.listens()) }
}
