/** Policies: rules under a name. */
import { z } from 'zod'
import type { Owned } from '../../steps/owned.ts'
import { granted, grantedOrMissing } from '../../steps/reply.ts'
import { lookedAt, refusedStep, type Shelf, type Step } from '../../steps/step.ts'
import type { VaultApi } from '../api.ts'
import { anything } from '../replies.ts'

/** A wanted policy. */
export interface WantedPolicy {
  readonly name: string
  readonly rules: string
}

/** Addresses of policies begin with it. */
export const POLICY_KIND = 'vault-policy'
const MAKE = 10
/** After all that may be bound to it. */
const REMOVE = 60
const PLACE = '/v1/sys/policies/acl'

const listReply = z.object({ data: z.object({ keys: z.array(z.string()) }) })
/** `GET /v1/sys/policies/acl/NAME`: the text as it was written. */
const policyReply = z.object({ data: z.object({ policy: z.string() }) })

/** The shelf of policies. */
export function policyShelf(wanted: readonly WantedPolicy[]): Shelf<VaultApi> {
  return {
    kind: POLICY_KIND,
    async steps(api, owned) {
      if (api === undefined) return wanted.map((policy) => makeStep(policy, undefined))
      const { keys } = granted('listing the policies', await api.get(`${PLACE}?list=true`, listReply)).data
      const steps = await Promise.all(
        wanted.map((policy) =>
          lookedAt(addressOf(policy.name), async () => {
            const held = keys.includes(policy.name) ? await read(api, policy.name) : undefined
            return held === policy.rules ? undefined : stepFor(policy, held, owned)
          }),
        ),
      )
      return [...steps.filter((step) => step !== undefined), ...removals(wanted, keys, owned)]
    },
  }
}

function addressOf(name: string): string {
  return `${POLICY_KIND}:${name}`
}

function pathOf(name: string): string {
  return `${PLACE}/${encodeURIComponent(name)}`
}

async function read(api: VaultApi, name: string): Promise<string | undefined> {
  const what = `reading the policy ${name}`
  return grantedOrMissing(what, await api.get(pathOf(name), policyReply))?.data.policy
}

function stepFor(policy: WantedPolicy, held: string | undefined, owned: Owned): Step<VaultApi> {
  const address = addressOf(policy.name)
  if (held === undefined || owned.things[address] !== undefined) return makeStep(policy, held)
  return refusedStep(MAKE, {
    address,
    action: 'update',
    reason:
      'somebody else has a policy of this name, so it is left alone: choose another name; or, if it is to be as it is here, ' +
      `vault policy delete ${policy.name}  and apply again`,
    differences: [{ field: 'rules', is: held, wanted: policy.rules }],
  })
}

function makeStep({ name, rules }: WantedPolicy, held: string | undefined): Step<VaultApi> {
  return {
    stage: MAKE,
    difference: {
      address: addressOf(name),
      action: held === undefined ? 'create' : 'update',
      reason: held === undefined ? 'there is no such policy' : 'the policy has other rules',
      differences: [{ field: 'rules', ...(held !== undefined && { is: held }), wanted: rules }],
    },
    before: null,
    run: async (api) => {
      granted(`writing the policy ${name}`, await api.send('PUT', pathOf(name), anything, { policy: rules }))
      return {}
    },
  }
}

function removals(wanted: readonly WantedPolicy[], held: readonly string[], owned: Owned): Step<VaultApi>[] {
  const addresses = new Set(wanted.map(({ name }) => addressOf(name)))
  return Object.keys(owned.things)
    .filter((address) => address.startsWith(addressOf('')) && !addresses.has(address))
    .map((address) => {
      const name = address.slice(addressOf('').length)
      const isThere = held.includes(name)
      return {
        stage: REMOVE,
        difference: {
          address,
          action: 'remove',
          reason: isThere ? 'no longer wanted' : 'no longer wanted, and somebody took it away already',
          differences: [],
        },
        run: async (api) => {
          // What is not there is no error.
          granted(`removing the policy ${name}`, await api.send('DELETE', pathOf(name), anything))
          return undefined
        },
      }
    })
}
