/**
 * How the work of other engines logs in (Consul's pages "JWT auth method" and "ACL binding rules"): a method that checks whose a token is, rules that
 * say what comes of it, and a role for all that is no service. What `nomad setup consul` makes by hand.
 */
import { z } from 'zod'
import { poll, type Answer } from '../../../support/poll.ts'
import { list } from '../../autopilot/replies.ts'
import { granted, grantedOrMissing, type Reply } from '../../steps/reply.ts'
import type { Shelf } from '../../steps/step.ts'
import type { ConsulApi } from '../api.ts'
import { anything } from '../replies.ts'
import { plainShelf, type Fields, type Held, type Sort, type WantedRecord } from './plain-shelf.ts'

/** A way in for the work of one engine. */
export interface WantedLogin {
  readonly name: string
  readonly description: string
  /** Where servers find the keys: a URL. */
  readonly keys: string
  /** Whose certificate is believed there. */
  readonly authorityPem: string
  readonly audience: string
  readonly algorithms: readonly string[]
  readonly claims: readonly string[]
  /** The claim with the name of a service. */
  readonly service: string
  /** Names of the policies of work that is no service. */
  readonly policies: readonly string[]
}

/** The shelves: what a rule names is there before it, and goes after it. */
export function loginShelves(wanted: readonly WantedLogin[]): readonly Shelf<ConsulApi>[] {
  return [
    plainShelf(ROLES, wanted.map(roleOf)),
    plainShelf(METHODS, wanted.map(methodOf)),
    plainShelf(RULES, wanted.flatMap(rulesOf)),
  ]
}

/** Number of things that a login is made of. */
export const PARTS_OF_LOGIN = 4

const roleName = ({ name }: WantedLogin): string => `bramble-${name}`

function roleOf(login: WantedLogin): WantedRecord {
  return {
    name: roleName(login),
    fields: {
      Name: roleName(login),
      Description: `${login.description}, what is no service`,
      Policies: login.policies.map((Name) => ({ Name })),
    },
  }
}

/**
 * Tokens end with the work that has them and at no time of their own (`MaxTokenTTL`): nobody could renew them. They are good in this datacenter alone.
 */
function methodOf(login: WantedLogin): WantedRecord {
  return {
    name: login.name,
    fields: {
      Name: login.name,
      Type: 'jwt',
      Description: login.description,
      TokenLocality: 'local',
      Config: {
        JWKSURL: login.keys,
        JWKSCACert: login.authorityPem,
        JWTSupportedAlgs: login.algorithms,
        BoundAudiences: [login.audience],
        ClaimMappings: Object.fromEntries(login.claims.map((claim) => [claim, claim])),
      },
    },
  }
}

/**
 * A service identity is the smallest right that a rule can derive from a name: to register the service and its proxy, and to read where others are.
 * Policies and roles have fixed names.
 */
function rulesOf(login: WantedLogin): readonly WantedRecord[] {
  const rule = (what: string, fields: Fields): WantedRecord => {
    const name = `${login.name}/${what}`
    return { name, fields: { AuthMethod: login.name, Description: descriptionOf(name), ...fields } }
  }
  return [
    rule('services', {
      BindType: 'service',
      BindName: `\${value.${login.service}}`,
      Selector: `"${login.service}" in value`,
    }),
    rule('others', {
      BindType: 'role',
      BindName: roleName(login),
      Selector: `"${login.service}" not in value`,
    }),
  ]
}

/** Rules have no names: theirs stands in the description. */
const descriptionOf = (name: string): string => `Bramble: ${name}`

const text = z.string().default('')
const named = list(z.looseObject({}))
const roleReply = z.object({
  ID: z.string(),
  Name: z.string(),
  Description: text,
  Policies: list(z.object({ Name: text })),
  ServiceIdentities: named,
  NodeIdentities: named,
  TemplatedPolicies: named,
})
const methodReply = z.object({
  Name: z.string(),
  Type: text,
  Description: text,
  TokenLocality: text,
  MaxTokenTTL: z.string().default('0s'),
  Config: z.record(z.string(), z.unknown()).nullish(),
})
const ruleReply = z.object({
  ID: z.string(),
  AuthMethod: text,
  Description: text,
  BindType: text,
  BindName: text,
  Selector: text,
})

/** What stands in a record besides, by its name there. */
function besides(more: Readonly<Record<string, readonly unknown[]>>): Pick<Held, 'more'> {
  const found = Object.entries(more).filter(([, items]) => items.length > 0)
  return { more: Object.fromEntries(found.map(([field, items]) => [field, JSON.stringify(items)])) }
}

const ROLES: Sort = {
  kind: 'consul-role',
  stages: { make: 12, remove: 45 },
  async find(api, name) {
    const reply = await api.get(`/v1/acl/role/name/${encodeURIComponent(name)}`, roleReply)
    const found = grantedOrMissing(`reading the role ${name}`, reply)
    if (found === undefined) return undefined
    const { ID: id, Name, Description, Policies, ...more } = found
    return {
      id,
      fields: { Name, Description, Policies: Policies.map((one) => ({ Name: one.Name })) },
      ...besides(more),
    }
  },
  async write(api, fields, id) {
    const path = id === undefined ? '/v1/acl/role' : `/v1/acl/role/${id}`
    return granted('writing a role', await api.send('PUT', path, roleReply, { json: fields })).ID
  },
  remove: (api, id) => removed(api, `/v1/acl/role/${id}`),
}

/** What it is set up with, as far as a login of ours is. */
const CONFIG = ['JWKSURL', 'JWKSCACert', 'JWTSupportedAlgs', 'BoundAudiences', 'ClaimMappings']

/** A server that was just started has keys once it has a leader. */
const KEYS_SECONDS = 60

/** The leader fetches the keys before it takes such a method (`internal/go-sso/oidcauth`, `checkJWKSURL`). */
function isWaiting(reply: Reply<unknown>): boolean {
  return !reply.ok && reply.problem.includes('JWKSURL')
}

const METHODS: Sort = {
  kind: 'consul-auth-method',
  stages: { make: 13, remove: 44 },
  async find(api, name) {
    const reply = await api.get(`/v1/acl/auth-method/${encodeURIComponent(name)}`, methodReply)
    const found = grantedOrMissing(`reading the auth method ${name}`, reply)
    if (found === undefined) return undefined
    const { MaxTokenTTL, ...fields } = found
    const other = Object.entries(found.Config ?? {}).filter(([key]) => !CONFIG.includes(key))
    const ends = MaxTokenTTL === '0s' || MaxTokenTTL === '' ? [] : [MaxTokenTTL]
    return { id: name, fields, ...besides({ MaxTokenTTL: ends, Config: other }) }
  },
  async write(api, fields, id, aid) {
    const path = id === undefined ? '/v1/acl/auth-method' : `/v1/acl/auth-method/${encodeURIComponent(id)}`
    const send = () => api.send('PUT', path, methodReply, { json: fields })
    let reply = await send()
    const ask = async (): Promise<Answer> => {
      if (!isWaiting(reply)) return { passed: true, detail: '' }
      reply = await send()
      return { passed: !isWaiting(reply), detail: 'the keys of work that logs in do not answer yet' }
    }
    await poll(ask, { patienceSeconds: KEYS_SECONDS, ...aid })
    return granted('writing an auth method', reply).Name
  },
  // With it go its rules, and the tokens of whoever has logged in.
  remove: (api, id) => removed(api, `/v1/acl/auth-method/${encodeURIComponent(id)}`),
}

const RULES: Sort = {
  kind: 'consul-binding-rule',
  stages: { make: 14, remove: 43 },
  async find(api, name, known) {
    const rules = granted(
      'listing the binding rules',
      await api.get('/v1/acl/binding-rules', list(ruleReply)),
    )
    const found =
      rules.find(({ ID }) => ID === known) ??
      rules.find(({ Description }) => Description === descriptionOf(name))
    if (found === undefined) return undefined
    const { ID: id, ...fields } = found
    return { id, fields }
  },
  async write(api, fields, id) {
    const path = id === undefined ? '/v1/acl/binding-rule' : `/v1/acl/binding-rule/${id}`
    return granted('writing a binding rule', await api.send('PUT', path, ruleReply, { json: fields })).ID
  },
  remove: (api, id) => removed(api, `/v1/acl/binding-rule/${id}`),
}

async function removed(api: ConsulApi, path: string): Promise<void> {
  grantedOrMissing(`removing ${path}`, await api.send('DELETE', path, anything))
}
