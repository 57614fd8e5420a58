/** ACL tokens with identities that were decided before Consul ran, and the token of requests that have none. */
import type { ConsulApi } from '../api.ts'
import type { TokenIdentity } from '../management.ts'
import { ANONYMOUS_ACCESSOR } from '../names.ts'
import { anything, tokenReply, tokenRightsReply, tokensReply, type TokenStub } from '../replies.ts'
import type { Owned, OwnedThing } from '../../steps/owned.ts'
import { fingerprint, lookedAt, type Shelf, type Step } from '../../steps/step.ts'
import { granted, grantedOrMissing } from '../../steps/reply.ts'

/** A node identity: the right to write one node and to read the services (Consul, "ACL node identities"; since 1.8.1). */
export interface NodeIdentity {
  readonly NodeName: string
  readonly Datacenter: string
}

/** Names of the tokens that lie on nodes; the users' own have the names in the cluster file, which have no slash. */
export const tokenNames = {
  agent: (node: string): string => `agent/${node}`,
  service: (node: string, service: string): string => `service/${node}/${service}`,
} as const

/** A wanted token. */
export interface WantedToken {
  /** One of {@link tokenNames}, or the name in the cluster file. */
  readonly name: string
  readonly accessorId: string
  /** Left out for the anonymous token, whose secret Consul fixed. */
  readonly secretId?: string
  readonly description: string
  /** Names of policies. */
  readonly policies: readonly string[]
  /** The node whose agent uses it. */
  readonly node?: NodeIdentity
}

const KIND = 'consul-token'
/** Every Consul has it from its first start. */
const BORN_WITH: readonly TokenStub[] = [
  {
    AccessorID: ANONYMOUS_ACCESSOR,
    Description: 'Anonymous Token',
    Policies: [],
    Roles: [],
    ServiceIdentities: [],
    NodeIdentities: [],
    TemplatedPolicies: [],
  },
]
const MAKE = 20
const REMOVE = 50
/** What was asked with it is done by then, whichever it was asked with. */
const LAST = 90
const ROTATED_ADDRESS = 'consul-token:management-before'

/** The anonymous token, with the policies that it is to have. */
export function anonymousToken(policies: readonly string[]): WantedToken {
  return { name: 'anonymous', accessorId: ANONYMOUS_ACCESSOR, description: 'Anonymous Token', policies }
}

/** The shelf of tokens. `rotated` is a token for management that another one has replaced. */
export function tokenShelf(wanted: readonly WantedToken[], rotated?: TokenIdentity): Shelf<ConsulApi> {
  return {
    kind: KIND,
    async steps(api, owned) {
      const stubs =
        api === undefined
          ? BORN_WITH
          : granted('listing the tokens', await api.get('/v1/acl/tokens', tokensReply))
      const steps = await Promise.all(
        wanted.map((token) => lookedAt(tokenAddress(token.name), () => tokenStep(token, stubs, owned, api))),
      )
      const old = rotated ? stubs.filter((stub) => isThe(rotated, stub)) : []
      return [
        ...steps.filter((step) => step !== undefined),
        ...removals(wanted, stubs, owned),
        ...old.map(({ AccessorID: id }) => removeStep(ROTATED_ADDRESS, { id, before: null }, LAST)),
      ]
    },
  }
}

/** Since 1.13 a token that sets the ACLs up has an accessor of Consul's choice. */
function isThe({ accessorId, secretId }: TokenIdentity, stub: TokenStub): boolean {
  return stub.AccessorID === accessorId || stub.SecretID === secretId
}

/** Address of a token, from its name. */
export function tokenAddress(name: string): string {
  return `${KIND}:${name}`
}

function fingerprintOf(token: WantedToken): string {
  const { accessorId, secretId = '', description } = token
  return fingerprint(accessorId, secretId, description, wantedGrants(token))
}

/** All that a token is to be given, by one name each. */
function wantedGrants({ policies, node }: WantedToken): readonly string[] {
  return [...policies, ...(node ? [nodeGrant(node)] : [])].toSorted()
}

/** All that a token was given, by us or by anybody. */
function grantsOf(stub: TokenStub): readonly string[] {
  return [
    ...stub.Policies.map(({ Name }) => Name),
    ...stub.Roles.map(({ Name }) => `role ${Name}`),
    ...stub.ServiceIdentities.map(({ ServiceName }) => `service identity ${ServiceName}`),
    ...stub.NodeIdentities.map(nodeGrant),
    ...stub.TemplatedPolicies.map(({ TemplateName }) => `templated policy ${TemplateName}`),
  ].toSorted()
}

function nodeGrant({ NodeName, Datacenter }: NodeIdentity): string {
  return `node identity ${NodeName} in ${Datacenter}`
}

async function tokenStep(
  token: WantedToken,
  stubs: readonly TokenStub[],
  owned: Owned,
  api: ConsulApi | undefined,
): Promise<Step<ConsulApi> | undefined> {
  const stub = stubs.find(({ AccessorID }) => AccessorID === token.accessorId)
  const known = owned.things[tokenAddress(token.name)]
  const replaced = stubs.find(({ AccessorID }) => AccessorID === known?.id && AccessorID !== token.accessorId)
  if (stub === undefined && replaced === undefined) return makeStep(token, undefined, undefined, true)
  if (replaced !== undefined) return exchangeStep(token, replaced, stub !== undefined)
  const secretIsKnown = token.secretId === undefined || known?.wanted === fingerprintOf(token)
  if (api === undefined) return makeStep(token, stub, undefined, false)
  const sameSecret = secretIsKnown || (await secretOf(api, token.accessorId)) === token.secretId
  const step = makeStep(token, stub, sameSecret ? undefined : 'it has another secret', !sameSecret)
  const isTheirs = token.secretId === undefined && known === undefined
  return step && isTheirs ? { ...step, before: await rightsOf(api, token) } : step
}

/**
 * A rotated token has a new accessor. Programs that read theirs only when they start get it with their nodes, so it is there before the nodes
 * change; the old one goes after they have.
 */
function exchangeStep(token: WantedToken, old: TokenStub, isThere: boolean): Step<ConsulApi> | undefined {
  const step = makeStep(token, old, 'the secret was rotated', true)
  if (step === undefined || !isThere) return step && { ...step, early: (api) => writeToken(api, token, true) }
  return {
    ...step,
    run: async (api) => {
      await writeToken(api, token, false)
      await removeToken(api, old.AccessorID, token.name)
      return { id: token.accessorId, wanted: fingerprintOf(token) }
    },
  }
}

/** Everything that a token of somebody else may do. */
async function rightsOf(api: ConsulApi, { accessorId, name }: WantedToken): Promise<OwnedThing['before']> {
  return granted(`reading the token ${name}`, await api.get(`/v1/acl/token/${accessorId}`, tokenRightsReply))
}

async function secretOf(api: ConsulApi, accessorId: string): Promise<string | undefined> {
  const reply = await api.get(`/v1/acl/token/${accessorId}`, tokenReply)
  return grantedOrMissing('reading a token', reply)?.SecretID
}

/** `anew`: a secret cannot be changed, so the token is made again. */
function makeStep(
  token: WantedToken,
  stub: TokenStub | undefined,
  reason: string | undefined,
  anew: boolean,
): Step<ConsulApi> | undefined {
  const differences = [
    ...textDifference('description', stub?.Description, token.description),
    ...textDifference('grants', stub && grantsOf(stub).join(', '), wantedGrants(token).join(', ')),
    ...(reason === undefined ? [] : [{ field: 'secret' }]),
  ]
  if (differences.length === 0) return undefined
  return {
    stage: MAKE,
    difference: {
      address: tokenAddress(token.name),
      action: stub ? 'update' : 'create',
      reason: reason ?? (stub ? 'the token may do something else' : 'there is no such token'),
      differences,
    },
    before: null,
    run: async (api) => {
      // The same accessor cannot be made twice; a new one can, before the old one goes.
      if (anew && stub?.AccessorID === token.accessorId) await removeToken(api, stub.AccessorID, token.name)
      await writeToken(api, token, anew)
      if (anew && stub && stub.AccessorID !== token.accessorId) {
        await removeToken(api, stub.AccessorID, token.name)
      }
      return { id: token.accessorId, wanted: fingerprintOf(token) }
    },
  }
}

function textDifference(field: string, is: string | undefined, wanted: string) {
  return is === wanted ? [] : [{ field, ...(is !== undefined && { is }), wanted }]
}

/** What is left out is taken away (Consul, "Update a token"). */
async function writeToken(api: ConsulApi, token: WantedToken, isNew: boolean): Promise<void> {
  granted(
    `writing the token ${token.name}`,
    await api.send('PUT', isNew ? '/v1/acl/token' : `/v1/acl/token/${token.accessorId}`, tokenReply, {
      json: {
        AccessorID: token.accessorId,
        ...(token.secretId !== undefined && { SecretID: token.secretId }),
        Description: token.description,
        Policies: token.policies.map((Name) => ({ Name })),
        ...(token.node && { NodeIdentities: [token.node] }),
      },
    }),
  )
}

/** A list of policies alone is what earlier versions kept. */
async function giveBack(
  api: ConsulApi,
  AccessorID: string,
  name: string,
  { policies, ...rights }: NonNullable<OwnedThing['before']>,
): Promise<void> {
  const named = Array.isArray(policies) ? { Policies: policies.map((Name: unknown) => ({ Name })) } : {}
  const json = { Description: 'Anonymous Token', ...rights, ...named, AccessorID }
  granted(
    `writing the token ${name}`,
    await api.send('PUT', `/v1/acl/token/${AccessorID}`, tokenReply, { json }),
  )
}

async function removeToken(api: ConsulApi, accessorId: string, name: string): Promise<void> {
  granted(`removing the token ${name}`, await api.send('DELETE', `/v1/acl/token/${accessorId}`, anything))
}

function removals(
  wanted: readonly WantedToken[],
  stubs: readonly TokenStub[],
  owned: Owned,
): Step<ConsulApi>[] {
  const names = new Set(wanted.map(({ name }) => tokenAddress(name)))
  return Object.entries(owned.things)
    .filter(([address]) => address.startsWith(tokenAddress('')) && !names.has(address))
    .filter(([, { id }]) => stubs.some(({ AccessorID }) => AccessorID === id))
    .map(([address, thing]) => removeStep(address, thing))
}

function removeStep(address: string, { id = '', before }: OwnedThing, stage = REMOVE): Step<ConsulApi> {
  return {
    stage,
    difference: { address, action: 'remove', reason: 'no longer wanted', differences: [] },
    run: async (api) => {
      const name = address.slice(tokenAddress('').length)
      if (before === null) {
        await forgetService(api, name)
        await removeToken(api, id, name)
      } else {
        await giveBack(api, id, name, before)
      }
      return undefined
    },
  }
}

/**
 * A service goes with its token. Its agent does the same, unless it was restarted or away meanwhile: before 1.15 it has no right to
 * what it no longer knows. What is not there is no error.
 */
async function forgetService(api: ConsulApi, token: string): Promise<void> {
  const [kind, Node = '', ServiceID = ''] = token.split('/')
  if (kind !== 'service' || ServiceID === '') return
  granted(
    `removing the service ${ServiceID} of ${Node}`,
    await api.send('PUT', '/v1/catalog/deregister', anything, { json: { Node, ServiceID } }),
  )
}
