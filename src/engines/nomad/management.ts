/** The token for management: made with the secret that was decided beforehand, so that no node ever holds it. */
import { poll } from '../../support/poll.ts'
import { leaderReply } from '../autopilot/replies.ts'
import type { ClusterOutcome, NodeLink } from '../contract.ts'
import { withApi, type NomadApi } from './api.ts'
import { stateFiles } from './names.ts'
import { anything, tokenReply, tokensReply } from './replies.ts'
import { serverAccess, type ManagementAccess } from './setup.ts'

/** Address of the first step in a new region. */
export const BOOTSTRAP_ADDRESS = 'nomad-acl:bootstrap'

/** Whether Nomad knows our token for management. */
export type Standing =
  | { readonly kind: 'known' }
  /** There is a leader, and it does not know the token: the access rules are new, or somebody else's. */
  | { readonly kind: 'unknown' }
  /** Nobody answers, there is no leader, or the leader is not ready yet. */
  | { readonly kind: 'no-answer'; readonly problem: string }

/** Asks a server whether Nomad knows the token that it is asked with. */
export async function standing(api: NomadApi): Promise<Standing> {
  const reply = await api.get('/v1/acl/token/self', tokenReply)
  if (reply.ok) return { kind: 'known' }
  return reply.status === 403 ? { kind: 'unknown' } : { kind: 'no-answer', problem: reply.problem }
}

/** Where and how to ask. */
export interface ManagementParts {
  readonly access: ManagementAccess
  readonly dataFolder: string
  /** Name of the server with this `address:port`. */
  readonly serverAt: (address: string) => string | undefined
}

const SEEN_SECONDS = 10

type Made = { readonly kind: 'done' } | { readonly kind: 'refused' | 'not-yet'; readonly problem: string }

/**
 * Gives the outcome of making the token, or nothing when Nomad knew it. Rejects when Nomad cannot be asked yet: the rollout asks again. Nomad
 * takes the secret of its first token from whoever makes it, and of no other: a rotated one is a first token again, by the leader's permission.
 */
export function ensureManagement(
  parts: ManagementParts,
  link: NodeLink,
  node: string,
): Promise<ClusterOutcome | undefined> {
  const { access, dataFolder } = parts
  return withApi(link, node, serverAccess(access), async (api) => {
    const state = await standing(api)
    if (state.kind === 'known') return undefined
    if (state.kind === 'no-answer') throw new Error(`Nomad on ${node} cannot be asked: ${state.problem}`)
    let made = await bootstrap(api, access)
    const isAnew = made.kind === 'refused' && (await reset(parts, link, api, made.problem))
    if (isAnew) made = await bootstrap(api, access)
    if (made.kind === 'done') {
      await untilSeen(api)
      if (isAnew) await endOldTokens(api)
    }
    if (made.kind === 'not-yet') throw new Error(`Nomad on ${node} cannot be asked: ${made.problem}`)
    const done = { address: BOOTSTRAP_ADDRESS, action: 'create' } as const
    return made.kind === 'done' ? done : { ...done, failure: recovery(made.problem, node, dataFolder) }
  })
}

/** A follower that has not read the leader's log so far refuses our token for a moment; its own word is asked for. */
async function untilSeen(api: NomadApi): Promise<void> {
  const ask = async () => ({ passed: (await api.get('/v1/acl/token/self?stale', tokenReply)).ok, detail: '' })
  await poll(ask, { patienceSeconds: SEEN_SECONDS, pauseSeconds: 0.1 })
}

async function bootstrap(api: NomadApi, { management }: ManagementAccess): Promise<Made> {
  const reply = await api.send('PUT', '/v1/acl/bootstrap', tokenReply, {
    BootstrapSecret: management.secretId,
  })
  if (reply.ok) return { kind: 'done' }
  return { kind: reply.status === 400 ? 'refused' : 'not-yet', problem: reply.problem }
}

/** Gives the leader the permission to start anew; only where the old token is known to us, or was given up by somebody. */
async function reset(
  { access, dataFolder, serverAt }: ManagementParts,
  link: NodeLink,
  api: NomadApi,
  problem: string,
): Promise<boolean> {
  const index = resetIndex(problem)
  if (index === undefined || link.put === undefined) return false
  if (!access.mayReset && !(await isKnown(access, link, api.node))) return false
  const leader = await api.get('/v1/status/leader', leaderReply)
  const node = leader.ok ? serverAt(leader.value) : undefined
  if (node === undefined) return false
  await link.put(node, stateFiles.reset(dataFolder), index)
  return true
}

/** Whether the token of before the rotation is one of Nomad's. */
async function isKnown(access: ManagementAccess, link: NodeLink, node: string): Promise<boolean> {
  const { previous } = access
  if (previous === undefined) return false
  const before = serverAccess({ ...access, management: previous })
  return (await withApi(link, node, before, standing)).kind === 'known'
}

/** Takes the rights of first tokens back that were made before: one that nobody uses may still be in a backup. */
async function endOldTokens(api: NomadApi): Promise<void> {
  const [self, tokens] = await Promise.all([
    api.get('/v1/acl/token/self', tokenReply),
    api.get('/v1/acl/tokens', tokensReply),
  ])
  if (!self.ok || !tokens.ok) return
  const old = tokens.value.filter(
    ({ AccessorID, Name }) => AccessorID !== self.value.AccessorID && Name === 'Bootstrap Token',
  )
  for (const { AccessorID } of old) await api.send('DELETE', `/v1/acl/token/${AccessorID}`, anything)
}

/** Number that the file must hold, from what Nomad said when it refused. */
function resetIndex(problem: string): string | undefined {
  return /reset index: (\d+)/.exec(problem)?.[1]
}

/** What to do when the access rules were set up by somebody else; `problem` is what Nomad said. */
function recovery(problem: string, node: string, dataFolder: string): string {
  const index = resetIndex(problem)
  const way =
    index === undefined
      ? 'see "Reset the ACL system" in its documentation'
      : `write ${index} into ${stateFiles.reset(dataFolder)} on the server that leads (bramble ssh ${node}), and then  bramble apply`
  return (
    `Nomad's access rules are set up already, and the secret nomad/management is none of its tokens (${problem}). ` +
    `If there is another token for management, import it as nomad/management; if all are lost, ${way}`
  )
}
