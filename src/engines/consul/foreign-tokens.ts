/** Tokens that may do everything and that Bramble did not make: named, never removed, for they may be somebody's way in on purpose. */
import { z } from 'zod'
import type { EngineStatus } from '../contract.ts'
import { reasonOf } from '../../support/reason.ts'
import type { ConsulApi } from './api.ts'
import { readOwned } from './store/owned.ts'

/** The policy `global-management` has this id in every datacenter (Consul, "ACL policies", built-in policies). */
const EVERYTHING = '00000000-0000-0000-0000-000000000001'

const links = z
  .array(z.object({ ID: z.string() }))
  .nullish()
  .transform((items) => items ?? [])
const tokensReply = z.array(
  z.object({ AccessorID: z.string(), Description: z.string().default(''), Policies: links, Roles: links }),
)
const selfReply = z.object({ AccessorID: z.string() })
const rolesReply = z.array(z.object({ ID: z.string(), Policies: links }))

/** Each such token by its accessor; who asks has one of its own. Rejects with a sentence when nobody tells. */
export async function foreignManagers(api: ConsulApi): Promise<readonly string[]> {
  const [self, tokens, roles, owned] = await Promise.all([
    api.get('/v1/acl/token/self', selfReply),
    api.get('/v1/acl/tokens', tokensReply),
    api.get('/v1/acl/roles', rolesReply),
    readOwned(api).catch(() => undefined),
  ])
  // Without an answer nothing is known of them, and that is said.
  if (!tokens.ok) throw new Error(tokens.problem)
  const holdsAll = (policies: readonly { readonly ID: string }[]): boolean =>
    policies.some(({ ID }) => ID === EVERYTHING)
  const mighty = new Set(
    roles.ok ? roles.value.filter(({ Policies }) => holdsAll(Policies)).map(({ ID }) => ID) : [],
  )
  const known = new Set([
    self.ok ? self.value.AccessorID : '',
    ...Object.values(owned?.things ?? {}).flatMap(({ id }) => id ?? []),
  ])
  return tokens.value
    .filter(({ Policies, Roles }) => holdsAll(Policies) || Roles.some(({ ID }) => mighty.has(ID)))
    .filter(({ AccessorID }) => !known.has(AccessorID))
    .map(({ AccessorID, Description }) =>
      Description === '' ? AccessorID : `${AccessorID} (${Description})`,
    )
}

/** The same, said in how the engine stands: it is not well while somebody unknown may do everything. */
export async function withForeignManagers(api: ConsulApi, status: EngineStatus): Promise<EngineStatus> {
  // Without a leader nobody knows the tokens, and that is said already.
  if (status.leader === undefined) return status
  try {
    const found = await foreignManagers(api)
    if (found.length === 0) return status
    const way = (token: string): string =>
      `a token for management that Bramble did not make: ${token}; where nobody needs it: consul acl token delete -id ACCESSOR`
    return { ...status, healthy: false, problems: [...status.problems, ...found.map(way)] }
  } catch (error) {
    return {
      ...status,
      healthy: false,
      unknown: [...status.unknown, `who may manage it: ${reasonOf(error)}`],
    }
  }
}
