/** Whether a server that was restarted takes part again: asked of the server itself, and proven by a write that reached it. */
import { serverAt } from '../autopilot/address-text.ts'
import { judge, type Verdict } from '../autopilot/judge.ts'
import { leaderReply, peersReply } from '../autopilot/replies.ts'
import type { NodeLink } from '../contract.ts'
import { z } from 'zod'
import { withApi, type ConsulApi } from './api.ts'
import { askHealth } from './ask-server.ts'
import { expectedAddress } from './bind-address.ts'
import { managementAccess, standing, type ManagementAccess } from './management.ts'
import { returnedKey } from './names.ts'
import type { AgentOptions } from './options.ts'
import { kvReply } from './replies.ts'
import type { ConsulNode } from './setup.ts'

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
    return judge(
      health,
      { name: server.name, address: expectedAddress({ node: server, options: parts.options }) },
      mark,
    )
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
