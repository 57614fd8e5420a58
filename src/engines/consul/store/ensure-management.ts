/** Makes sure that Consul knows our management token before anything else is asked of it. */
import type { ClusterOutcome, NodeLink } from '../../contract.ts'
import { ConsulApi, withApi } from '../api.ts'
import {
  bootstrap,
  managementAccess,
  recovery,
  standing,
  type Bootstrap,
  type ManagementAccess,
} from '../management.ts'
import { leaderReply } from '../replies.ts'
import { readOwned, writeOwned } from './owned.ts'

/** Address of the first step in a new datacenter. */
export const BOOTSTRAP_ADDRESS = 'consul-acl:bootstrap'

/** Where and how to ask. */
export interface ManagementParts {
  readonly access: ManagementAccess
  readonly dataFolder: string
  /** Name of the server with this `address:port`, for messages. */
  readonly serverAt: (address: string) => string | undefined
}

/** A new leader needs some seconds until it takes tokens; on a slow board more. */
const PATIENCE_SECONDS = 60
const PAUSE_MILLISECONDS = 500

/** Gives the outcome of making the token, or nothing when Consul knew it. Rejects when Consul cannot be asked. */
export async function ensureManagement(
  parts: ManagementParts,
  link: NodeLink,
  node: string,
): Promise<ClusterOutcome | undefined> {
  const access = managementAccess(parts.access)
  return withApi(link, node, access, async (api) => {
    const result = await patiently(() => attempt(parts, link, api))
    if (result === 'known') return undefined
    if (result.kind === 'not-yet') throw new Error(`Consul on ${node} cannot be asked: ${result.problem}`)
    if (result.kind === 'done') return { address: BOOTSTRAP_ADDRESS, action: 'create' }
    const leader = await api.get('/v1/status/leader', leaderReply)
    const name = (leader.ok ? parts.serverAt(leader.value) : undefined) ?? node
    return {
      address: BOOTSTRAP_ADDRESS,
      action: 'create',
      failure: recovery(result.problem, name, parts.dataFolder),
    }
  })
}

async function attempt(parts: ManagementParts, link: NodeLink, api: ConsulApi): Promise<Bootstrap | 'known'> {
  const state = await standing(api)
  if (state.kind === 'known') return 'known'
  if (state.kind === 'no-answer') return { kind: 'not-yet', problem: state.problem }
  const { authorityPem, management } = parts.access
  return bootstrap(api, management, {
    open: (token) => new ConsulApi(link, api.node, { authorityPem, token }),
    remember: rememberLeftover,
  })
}

async function patiently(act: () => Promise<Bootstrap | 'known'>): Promise<Bootstrap | 'known'> {
  const until = Date.now() + PATIENCE_SECONDS * 1000
  for (;;) {
    const result = await act()
    if (result === 'known' || result.kind !== 'not-yet' || Date.now() > until) return result
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
  }
}

async function rememberLeftover(api: ConsulApi, accessorId: string): Promise<void> {
  const owned = await readOwned(api)
  await writeOwned(api, owned, {
    ...owned.things,
    'consul-token:bootstrap': { id: accessorId, before: null },
  })
}
