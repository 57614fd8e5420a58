/** Makes sure that Consul knows our management token before anything else is asked of it. */
import { leaderReply } from '../../autopilot/replies.ts'
import type { ClusterOutcome, NodeLink } from '../../contract.ts'
import { ConsulApi, withApi, type ApiAccess } from '../api.ts'
import {
  bootstrap,
  endLostTokens,
  makeManagement,
  managementAccess,
  recovery,
  resetFile,
  resetIndex,
  standing,
  type Bootstrap,
  type ManagementAccess,
} from '../management.ts'
import { tokenReply } from '../replies.ts'
import { readOwned, writeOwned } from './owned.ts'

/** Address of the first step in a new datacenter. */
export const BOOTSTRAP_ADDRESS = 'consul-acl:bootstrap'
/** Address of the token that older versions make for themselves in that step, and that goes again. */
export const LEFTOVER_ADDRESS = 'consul-token:bootstrap'

/** Address of the token for management, when it takes the place of another one. */
export const MANAGEMENT_ADDRESS = 'consul-token:management'

/** Where and how to ask. */
export interface ManagementParts {
  readonly access: ManagementAccess
  readonly dataFolder: string
  /** Name of the server with this `address:port`, for messages. */
  readonly serverAt: (address: string) => string | undefined
}

const SEEN_SECONDS = 10
const PAUSE_MILLISECONDS = 100

/**
 * Gives the outcome of making the token, or nothing when Consul knew it. Rejects when Consul cannot be asked yet: right after the first
 * election that takes some seconds. The rollout asks again.
 */
export async function ensureManagement(
  parts: ManagementParts,
  link: NodeLink,
  node: string,
): Promise<ClusterOutcome | undefined> {
  return withApi(link, node, managementAccess(parts.access), async (api) => {
    const result = await attempt(parts, link, api)
    if (result === 'known') return undefined
    if (result === 'rotated') return { address: MANAGEMENT_ADDRESS, action: 'update' }
    if (result.kind === 'not-yet') throw new Error(`Consul on ${node} cannot be asked: ${result.problem}`)
    if (result.kind === 'done') return { address: BOOTSTRAP_ADDRESS, action: 'create' }
    const leader = await leaderOf(parts, api)
    if (await reset(parts, link, leader, result.problem)) {
      // The leader looks for the file with the next attempt.
      const again = await attempt(parts, link, api)
      if (again === 'known' || again === 'rotated' || again.kind === 'done') {
        await endLostTokens(api)
        return { address: BOOTSTRAP_ADDRESS, action: 'create' }
      }
      if (again.kind === 'not-yet') throw new Error(`Consul on ${node} cannot be asked: ${again.problem}`)
    }
    const failure = recovery(result.problem, leader ?? node, parts.dataFolder)
    return { address: BOOTSTRAP_ADDRESS, action: 'create', failure }
  })
}

async function leaderOf(parts: ManagementParts, api: ConsulApi): Promise<string | undefined> {
  const leader = await api.get('/v1/status/leader', leaderReply)
  return leader.ok ? parts.serverAt(leader.value) : undefined
}

/** Gives the leader the permission to start its access rules anew; only when the token for management was given up by somebody. */
async function reset(
  { access, dataFolder }: ManagementParts,
  link: NodeLink,
  leader: string | undefined,
  problem: string,
): Promise<boolean> {
  const index = resetIndex(problem)
  if (access.mayReset !== true || leader === undefined || index === undefined || !link.put) return false
  await link.put(leader, resetFile(dataFolder), index)
  return true
}

async function attempt(
  parts: ManagementParts,
  link: NodeLink,
  api: ConsulApi,
): Promise<Bootstrap | 'known' | 'rotated'> {
  const state = await standing(api)
  if (state.kind === 'known') return 'known'
  if (state.kind === 'no-answer') return { kind: 'not-yet', problem: state.problem }
  if (await makeWithPrevious(parts.access, link, api)) return 'rotated'
  const { authorityPem, management } = parts.access
  const result = await bootstrap(api, management, {
    open: (token) => new ConsulApi(link, api.node, { authorityPem, token }),
    remember: rememberLeftover,
  })
  if (result.kind === 'done') await untilSeen(api)
  return result
}

/** Whether Consul knew the token that ours takes the place of, and made ours with it. The other one is removed with what is no longer wanted. */
async function makeWithPrevious(access: ManagementAccess, link: NodeLink, api: ConsulApi): Promise<boolean> {
  const before = previousAccess(access)
  if (before === undefined) return false
  const made = await withApi(link, api.node, before, (old) => makeManagement(old, access.management))
  if (made.ok) await untilSeen(api)
  return made.ok
}

/** Access with the token of before the rotation, when there was one. */
export function previousAccess({ authorityPem, previous }: ManagementAccess): ApiAccess | undefined {
  return previous && { authorityPem, token: previous.secretId }
}

/** A follower that has not read the leader's log so far refuses our token for a moment; its own word is asked for. */
async function untilSeen(api: ConsulApi): Promise<void> {
  const until = Date.now() + SEEN_SECONDS * 1000
  while (Date.now() < until) {
    const reply = await api.get('/v1/acl/token/self?stale', tokenReply)
    if (reply.ok) return
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
  }
}

async function rememberLeftover(api: ConsulApi, accessorId: string): Promise<void> {
  const owned = await readOwned(api)
  await writeOwned(api, owned, {
    ...owned.things,
    [LEFTOVER_ADDRESS]: { id: accessorId, before: null },
  })
}
