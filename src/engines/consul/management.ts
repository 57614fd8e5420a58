/** The management token: made with the identity that was decided beforehand, so that no node ever holds it. */
import type { ApiAccess, ConsulApi } from './api.ts'
import { anything, tokenReply, tokensReply } from './replies.ts'

/** A token as the secrets keep it. */
export interface TokenIdentity {
  readonly accessorId: string
  readonly secretId: string
}

/** What the controller asks Consul with. */
export interface ManagementAccess {
  readonly authorityPem: string
  readonly management: TokenIdentity
  /** What it was before its secret was rotated; with it the new one is made. */
  readonly previous?: TokenIdentity | undefined
  /** The token before it was lost, and somebody said that it is to be made anew: the start of the access rules may be reset. */
  readonly mayReset?: boolean
}

/** The same, as the API takes it. */
export function managementAccess({ authorityPem, management }: ManagementAccess): ApiAccess {
  return { authorityPem, token: management.secretId }
}

/** Whether Consul knows our management token. */
export type Standing =
  | { readonly kind: 'known' }
  /** There is a leader, and it does not know the token: the ACLs are new, or somebody else's. */
  | { readonly kind: 'unknown' }
  /** Nobody answers, there is no leader, or the leader is not ready yet. */
  | { readonly kind: 'no-answer'; readonly problem: string; readonly distrusted?: true }

/** Asks an agent whether Consul knows our management token. */
export async function standing(api: ConsulApi): Promise<Standing> {
  const reply = await api.get('/v1/acl/token/self', tokenReply)
  if (reply.ok) return { kind: 'known' }
  if (reply.status === 403) return { kind: 'unknown' }
  const { problem, distrusted } = reply
  return { kind: 'no-answer', problem, ...(distrusted && { distrusted }) }
}

/** How making the management token ended. */
export type Bootstrap =
  | { readonly kind: 'done' }
  | { readonly kind: 'not-yet'; readonly problem: string }
  | { readonly kind: 'refused'; readonly problem: string }

/** What {@link bootstrap} needs besides the API. */
export interface BootstrapAids {
  /** The same agent, asked with another token. */
  readonly open: (secretId: string) => ConsulApi
  /** Notes the accessor of a token that has to go, so that it goes even when this run is cut off. */
  readonly remember: (api: ConsulApi, accessorId: string) => Promise<void>
}

/**
 * Makes our management token. Versions since 1.13 take the secret of the first token from us; older ones ignore the wish and make a
 * token of their own, with which ours is made.
 */
export async function bootstrap(
  api: ConsulApi,
  { accessorId, secretId }: ManagementAccess['management'],
  { open, remember }: BootstrapAids,
): Promise<Bootstrap> {
  const reply = await api.send('PUT', '/v1/acl/bootstrap', tokenReply, {
    json: { BootstrapSecret: secretId },
  })
  // Right after the first election the leader still sets the ACLs up ("legacy mode"): status 500.
  if (!reply.ok) return { kind: reply.status === 403 ? 'refused' : 'not-yet', problem: reply.problem }
  if (reply.value.SecretID === secretId) return { kind: 'done' }
  const first = open(reply.value.SecretID)
  try {
    const made = await makeManagement(first, { accessorId, secretId })
    if (!made.ok) return { kind: 'refused', problem: made.problem }
    await remember(first, reply.value.AccessorID)
    return { kind: 'done' }
  } finally {
    await first.close()
  }
}

/** File in which the leader looks for the permission to start its access rules anew (Consul's page "Reset the ACL system"). */
export function resetFile(dataFolder: string): string {
  return `${dataFolder}/acl-bootstrap-reset`
}

/** Number that the file must hold, from what Consul said when it refused. */
export function resetIndex(problem: string): string | undefined {
  return /reset index: (\d+)/.exec(problem)?.[1]
}

/** What first tokens and ours are called by Consul and by us. */
const LOST_TOKENS = ['Bramble: management', 'Bootstrap Token (Global Management)']

/** Takes the rights of a lost token back: one that nobody has may still be in a backup or on a stolen disk. */
export async function endLostTokens(api: ConsulApi): Promise<void> {
  const [self, tokens] = await Promise.all([
    api.get('/v1/acl/token/self', tokenReply),
    api.get('/v1/acl/tokens', tokensReply),
  ])
  if (!self.ok || !tokens.ok) return
  const lost = tokens.value.filter(
    ({ AccessorID, Description }) =>
      AccessorID !== self.value.AccessorID && LOST_TOKENS.includes(Description),
  )
  for (const { AccessorID } of lost) await api.send('DELETE', `/v1/acl/token/${AccessorID}`, anything)
}

/** Makes the token for management with another one that may do everything. */
export function makeManagement(api: ConsulApi, { accessorId, secretId }: TokenIdentity) {
  return api.send('PUT', '/v1/acl/token', tokenReply, {
    json: {
      AccessorID: accessorId,
      SecretID: secretId,
      Description: 'Bramble: management',
      Policies: [{ Name: 'global-management' }],
    },
  })
}

/** What to do when the ACLs were set up by somebody else; `problem` is what Consul said. */
export function recovery(problem: string, leader: string, dataFolder: string): string {
  const index = resetIndex(problem)
  const reset =
    index === undefined
      ? 'see "Reset the ACL system" in its documentation'
      : `type  bramble ssh ${leader} "echo ${index} | sudo tee ${resetFile(dataFolder)}"  and then  bramble apply`
  return (
    `Consul's ACLs are set up already, and the secret consul/management is none of its tokens (${problem}). ` +
    `If there is another management token, import it as consul/management; if all are lost, ${reset}`
  )
}
