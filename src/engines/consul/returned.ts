/** Whether a server that was restarted takes part again: asked of the server itself, and proven by a write that reached it. */
import type { NodeLink } from '../contract.ts'
import { z } from 'zod'
import { withApi, type ConsulApi } from './api.ts'
import { askHealth } from './ask-server.ts'
import { expectedAddress } from './bind-address.ts'
import { addressBeforePort } from './address-text.ts'
import { counted } from './counted.ts'
import { managementAccess, standing, type ManagementAccess } from './management.ts'
import { returnedKey } from './names.ts'
import type { AgentOptions } from './options.ts'
import { kvReply, leaderReply, peersReply, type HealthReply } from './replies.ts'
import { serverAt, type ConsulNode } from './setup.ts'

/** An answer for the rollout. */
export interface Verdict {
  readonly passed: boolean
  readonly detail: string
}

/** What is needed to judge. */
export interface ReturnParts {
  readonly servers: readonly ConsulNode[]
  readonly options: AgentOptions
  readonly access: ManagementAccess
}

const not = (detail: string): Verdict => ({ passed: false, detail })

/**
 * Autopilot's opinion is up to two seconds old, and right after a restart it still says "healthy" of the process that is gone
 * (measured: 0.4 s after the start, with `StableSince` of the day before). Clocks of two boards cannot settle that. So a key is written through the
 * restarted server, and autopilot must have seen it there: then its opinion is about this process, later than the restart.
 */
export async function hasReturned(
  parts: ReturnParts,
  link: NodeLink,
  node: string,
  since: Date,
): Promise<Verdict> {
  const server = parts.servers.find(({ name }) => name === node)
  if (server === undefined) return not(`${node} is to be no server`)
  return withApi(link, node, managementAccess(parts.access), async (api) => {
    const state = await standing(api)
    if (state.kind === 'no-answer') return not(`${node} does not serve: ${state.problem}`)
    if (state.kind === 'unknown') {
      // It may only be behind: then it is not back. Where no server knows the token, nobody has set the ACLs up.
      const knows = await whoKnowsUs(parts, link, node)
      return knows === undefined
        ? judgeByPeers(api, parts, node)
        : not(`${node} does not know our token, which ${knows} knows`)
    }
    const mark = await markIndex(api, node, since)
    if (typeof mark === 'string') return not(mark)
    const health = await askHealth(api)
    if (health === undefined) return not(`${node} has no word of the leader`)
    return judge(health, server, parts.options, mark)
  })
}

/** Another server that knows our token. */
async function whoKnowsUs(
  { servers, access }: ReturnParts,
  link: NodeLink,
  node: string,
): Promise<string | undefined> {
  for (const { name } of servers) {
    if (name === node) continue
    const state = await withApi(link, name, managementAccess(access), standing)
    if (state.kind === 'known') return name
  }
  return undefined
}

/** Before our token is known: it follows a leader and is in the raft configuration. */
async function judgeByPeers(api: ConsulApi, { servers }: ReturnParts, node: string): Promise<Verdict> {
  const [leader, peers] = await Promise.all([
    api.get('/v1/status/leader', leaderReply),
    api.get('/v1/status/peers', peersReply),
  ])
  if (!leader.ok || leader.value === '') return not(`${node} sees no leader`)
  const isPeer = peers.ok && peers.value.some((peer) => serverAt(servers, peer) === node)
  return isPeer ? { passed: true, detail: `${node} follows a leader` } : not(`${node} is no voter yet`)
}

/** Raft index of the key that says "restarted at this moment", written through this server once; or what went wrong. */
async function markIndex(api: ConsulApi, node: string, since: Date): Promise<number | string> {
  const path = `/v1/kv/${returnedKey(node)}`
  const mark = since.toISOString()
  const found = await api.get(`${path}?consistent`, kvReply)
  if (found.ok && found.value[0]?.Value.toString() === mark) return found.value[0].ModifyIndex
  if (!found.ok && found.status !== 404) return `${node} cannot read: ${found.problem}`
  const written = await api.send('PUT', path, z.boolean(), { text: mark })
  if (!written.ok) return `${node} cannot write: ${written.problem}`
  const again = await api.get(`${path}?consistent`, kvReply)
  return again.ok && again.value[0] ? again.value[0].ModifyIndex : `${node} cannot read what was written`
}

/** Judges autopilot's opinion of a server. `mark` is the index that the server must have reached. */
export function judge(health: HealthReply, server: ConsulNode, options: AgentOptions, mark: number): Verdict {
  const seen = health.Servers.find(({ Name }) => Name === server.name)
  if (seen === undefined) return not(`${server.name} is not among the servers`)
  if (!seen.Voter) return not(`${server.name} is no voter yet`)
  if (!seen.Healthy) return not(`${server.name} is not healthy yet (${seen.SerfStatus})`)
  if (seen.LastIndex < mark) return not(`nothing is known of ${server.name} since its restart`)
  const address = expectedAddress({ node: server, options })
  if (address !== undefined && !seen.Address.startsWith(`${addressBeforePort(address)}:`)) {
    return not(`${server.name} is known at ${seen.Address} instead of ${address}`)
  }
  // Who is gone for good is not waited for: the guard before the next step counts it.
  const behind = health.Servers.filter(({ Healthy, SerfStatus }) => !Healthy && SerfStatus === 'alive')
  if (behind.length > 0) return not(`${behind.map(({ Name }) => Name).join(', ')} not healthy yet`)
  const voters = health.Servers.filter(({ Voter }) => Voter).length
  return {
    passed: true,
    detail: `${server.name} is one of ${counted(voters, 'voter')} and has all that was written`,
  }
}
