/** Tokens with one policy for a program of ours: made by the controller, so that one that was cut off leaves none that nobody knows. */
import { z } from 'zod'
import type { Owned } from '../../steps/owned.ts'
import { granted, type Reply } from '../../steps/reply.ts'
import type { Shelf, Step } from '../../steps/step.ts'
import type { VaultApi } from '../api.ts'
import { anything } from '../replies.ts'

/** A wanted token. Its name is that of its policy, too. */
export interface WantedToken {
  readonly name: string
  readonly secret: string
  /** How long it holds after it was renewed. */
  readonly seconds: number
}

/** Addresses of tokens begin with it. */
export const TOKEN_KIND = 'vault-token'
/** After the policies, and before those leave. */
const MAKE = 15
const REMOVE = 55

/** `POST /v1/auth/token/lookup` (`vault/token_store.go`, `handleLookup`). */
const tokenReply = z.object({
  data: z.object({
    accessor: z.string(),
    policies: z.array(z.string()),
    orphan: z.boolean(),
    period: z.number().default(0),
  }),
})
const madeReply = z.object({ auth: z.object({ accessor: z.string() }) })

type Held = z.output<typeof tokenReply>['data']

/** The shelf. What is ours is known by its accessor, which may show and ends it, and by nothing else. */
export function tokenShelf(wanted: readonly WantedToken[]): Shelf<VaultApi> {
  return {
    kind: TOKEN_KIND,
    async steps(api, owned) {
      if (api === undefined) return wanted.map((token) => makeStep(token, undefined, undefined))
      const made = await Promise.all(wanted.map((token) => stepFor(api, token, owned)))
      return [...made.filter((step) => step !== undefined), ...removals(wanted, owned)]
    },
  }
}

function addressOf(name: string): string {
  return `${TOKEN_KIND}:${name}`
}

async function stepFor(api: VaultApi, token: WantedToken, owned: Owned): Promise<Step<VaultApi> | undefined> {
  const held = found(
    await api.send('POST', '/v1/auth/token/lookup', tokenReply, { token: token.secret }),
    token.name,
  )
  const known = owned.things[addressOf(token.name)]?.id
  if (held !== undefined && isAsWanted(held, token) && held.accessor === known) return undefined
  return makeStep(token, held, known)
}

/** Vault says 403 to whoever may not ask, too, in other words. */
function found(reply: Reply<{ readonly data: Held }>, name: string): Held | undefined {
  if (!reply.ok && reply.status === 403 && /bad token/i.test(reply.problem)) return undefined
  return granted(`asking for the token ${name}`, reply).data
}

function isAsWanted({ policies, orphan, period }: Held, { name, seconds }: WantedToken): boolean {
  return policies.join() === name && orphan && period === seconds
}

function makeStep(token: WantedToken, held: Held | undefined, known: string | undefined): Step<VaultApi> {
  const { name } = token
  const isNew = held === undefined
  return {
    stage: MAKE,
    difference: {
      address: addressOf(name),
      action: isNew && known === undefined ? 'create' : 'update',
      reason: isNew
        ? 'Vault knows no such token'
        : 'it has other rights, or is not on the list of what is ours',
      differences: [],
    },
    before: null,
    run: async (api) => {
      const stays = held !== undefined && isAsWanted(held, token) ? held.accessor : undefined
      for (const accessor of new Set([known, held?.accessor]))
        if (accessor !== undefined && accessor !== stays) await end(api, name, accessor)
      return { id: stays ?? (await make(api, token)) }
    },
  }
}

/** An orphan, because it is to outlive the token that it was made with; with none of the rights that every token has by default. */
async function make(api: VaultApi, { name, secret, seconds }: WantedToken): Promise<string> {
  const body = {
    id: secret,
    display_name: name,
    policies: [name],
    no_default_policy: true,
    period: `${seconds}s`,
  }
  return granted(
    `making the token ${name}`,
    await api.send('POST', '/v1/auth/token/create-orphan', madeReply, body),
  ).auth.accessor
}

/** One that has ended already is no error. */
async function end(api: VaultApi, name: string, accessor: string): Promise<void> {
  const reply = await api.send('POST', '/v1/auth/token/revoke-accessor', anything, { accessor })
  if (!reply.ok && /invalid accessor|token not found/i.test(reply.problem)) return
  granted(`ending the token ${name}`, reply)
}

function removals(wanted: readonly WantedToken[], { things }: Owned): Step<VaultApi>[] {
  const stays = new Set(wanted.map(({ name }) => addressOf(name)))
  return Object.entries(things)
    .filter(([address]) => address.startsWith(addressOf('')) && !stays.has(address))
    .map(([address, { id }]) => ({
      stage: REMOVE,
      difference: { address, action: 'remove' as const, reason: 'nobody uses it any more', differences: [] },
      run: async (api) => {
        if (id !== undefined) await end(api, address, id)
        return undefined
      },
    }))
}
