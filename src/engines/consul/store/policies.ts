/** ACL policies: rules under a name. */
import type { ConsulApi } from '../api.ts'
import { anything, policiesReply, policyReply } from '../replies.ts'
import type { Owned, OwnedThing } from '../../steps/owned.ts'
import { fingerprint, lookedAt, type Shelf, type Step } from '../../steps/step.ts'
import { granted, grantedOrMissing } from '../../steps/reply.ts'

/** A wanted policy. */
export interface WantedPolicy {
  readonly name: string
  readonly description: string
  readonly rules: string
}

interface Found extends WantedPolicy {
  readonly id: string
  /** Where it holds; everywhere when there are none, which is what every wanted policy does. */
  readonly datacenters: readonly string[]
}

const KIND = 'consul-policy'
const MAKE = 10
const REMOVE = 60

/** The shelf of policies. */
export function policyShelf(wanted: readonly WantedPolicy[]): Shelf<ConsulApi> {
  return {
    kind: KIND,
    async steps(api, owned) {
      const stubs = api === undefined ? [] : await listPolicies(api)
      const steps = await Promise.all(
        wanted.map((policy) =>
          lookedAt(policyAddress(policy.name), async () => {
            const stub = stubs.find(({ Name }) => Name === policy.name)
            const known = owned.things[policyAddress(policy.name)]
            const unchanged = known?.wanted === fingerprintOf(policy) && known.hash === stub?.Hash
            if (stub === undefined || api === undefined) return makeStep(policy, undefined)
            return unchanged ? undefined : makeStep(policy, await readPolicy(api, stub.ID))
          }),
        ),
      )
      return [...steps.filter((step) => step !== undefined), ...removals(wanted, stubs, owned)]
    },
  }
}

/** Address of a policy, from its name. */
export function policyAddress(name: string): string {
  return `${KIND}:${name}`
}

function fingerprintOf({ description, rules }: WantedPolicy): string {
  return fingerprint(description, rules)
}

async function listPolicies(api: ConsulApi) {
  return granted('listing the policies', await api.get('/v1/acl/policies', policiesReply))
}

async function readPolicy(api: ConsulApi, id: string): Promise<Found | undefined> {
  const found = grantedOrMissing('reading a policy', await api.get(`/v1/acl/policy/${id}`, policyReply))
  if (found === undefined) return undefined
  const { ID, Name, Description, Rules, Datacenters } = found
  return { id: ID, name: Name, description: Description, rules: Rules, datacenters: Datacenters }
}

function makeStep(policy: WantedPolicy, found: Found | undefined): Step<ConsulApi> | undefined {
  const fields = ['description', 'rules'] as const
  const differences = [
    ...fields
      .filter((field) => found?.[field] !== policy[field])
      .map((field) => ({ field, ...(found && { is: found[field] }), wanted: policy[field] })),
    ...(found && found.datacenters.length > 0
      ? [{ field: 'datacenters', is: found.datacenters.join(', '), wanted: 'all' }]
      : []),
  ]
  if (differences.length === 0) return undefined
  return {
    stage: MAKE,
    difference: {
      address: policyAddress(policy.name),
      action: found ? 'update' : 'create',
      reason: found ? 'the policy has other rules' : 'there is no such policy',
      differences,
    },
    before: found
      ? { description: found.description, rules: found.rules, datacenters: found.datacenters }
      : null,
    run: async (api) => {
      const written = await writePolicy(api, policy, found?.id)
      return { id: written.ID, wanted: fingerprintOf(policy), hash: written.Hash }
    },
  }
}

async function writePolicy(
  api: ConsulApi,
  policy: WantedPolicy,
  id: string | undefined,
  datacenters: readonly string[] = [],
) {
  return granted(
    `writing the policy ${policy.name}`,
    await api.send('PUT', id === undefined ? '/v1/acl/policy' : `/v1/acl/policy/${id}`, policyReply, {
      json: {
        Name: policy.name,
        Description: policy.description,
        Rules: policy.rules,
        Datacenters: datacenters,
      },
    }),
  )
}

function removals(
  wanted: readonly WantedPolicy[],
  stubs: readonly { readonly ID: string; readonly Name: string }[],
  owned: Owned,
): Step<ConsulApi>[] {
  const names = new Set(wanted.map(({ name }) => name))
  return stubs
    .filter(({ Name }) => owned.things[policyAddress(Name)] !== undefined && !names.has(Name))
    .map(({ ID, Name }) => removeStep(ID, Name, owned.things[policyAddress(Name)]?.before ?? null))
}

function removeStep(id: string, name: string, before: OwnedThing['before']): Step<ConsulApi> {
  return {
    stage: REMOVE,
    difference: {
      address: policyAddress(name),
      action: 'remove',
      reason: before ? 'no longer wanted; the rules of before are put back' : 'no longer wanted',
      differences: [],
    },
    run: async (api) => {
      if (before === null) {
        granted(`removing the policy ${name}`, await api.send('DELETE', `/v1/acl/policy/${id}`, anything))
      } else {
        const was = { name, description: String(before['description']), rules: String(before['rules']) }
        const datacenters = Array.isArray(before['datacenters']) ? before['datacenters'].map(String) : []
        await writePolicy(api, was, id, datacenters)
      }
      return undefined
    },
  }
}
