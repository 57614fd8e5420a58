/** The shapes of the answers of Consul's HTTP API, as far as we read them (1.8.7 and 1.19.2; keys that we do not name are ignored). */
import { z } from 'zod'
import { list } from '../autopilot/replies.ts'

/** For answers whose content does not matter. */
export const anything = z.unknown()

/** `GET /v1/agent/self`, as far as it tells who that is. */
export const selfReply = z.object({ Config: z.object({ NodeName: z.string() }) })

/** `GET /v1/agent/members`; status is serf's: 1 alive, 2 leaving, 3 left, 4 failed. */
export const membersReply = list(
  z.object({
    Name: z.string(),
    Addr: z.string(),
    Status: z.int(),
    Tags: z.record(z.string(), z.string()).default({}),
  }),
)
export const ALIVE = 1
export const LEFT = 3
export type MembersReply = z.output<typeof membersReply>

/** `GET /v1/health/state/:state` and `/v1/health/node/:node`. */
export const checksReply = list(
  z.object({
    Node: z.string(),
    CheckID: z.string(),
    Name: z.string(),
    Status: z.string(),
    Output: z.string().default(''),
    ServiceID: z.string().default(''),
    ServiceName: z.string().default(''),
  }),
)

/** `GET /v1/agent/checks`: the agent's own checks by id. */
export const agentChecksReply = z.record(
  z.string(),
  z.object({ Status: z.string(), Output: z.string().default('') }),
)

/** `GET /v1/catalog/node/:node`; null for a node that nobody has registered. */
export const catalogNodeReply = z
  .object({
    Node: z.object({
      Node: z.string(),
      Address: z.string(),
      Meta: z.record(z.string(), z.string()).nullish(),
    }),
    Services: z.record(z.string(), z.object({ Service: z.string() })).nullish(),
  })
  .nullable()

/** `GET /v1/acl/policies`. */
export const policiesReply = list(
  z.object({ ID: z.string(), Name: z.string(), Description: z.string().default(''), Hash: z.string() }),
)
/** `GET`, `PUT /v1/acl/policy`. */
export const policyReply = z.object({
  ID: z.string(),
  Name: z.string(),
  Description: z.string().default(''),
  Rules: z.string().default(''),
  /** Where it holds; everywhere when there are none. */
  Datacenters: list(z.string()),
  Hash: z.string(),
})

const links = list(z.object({ ID: z.string().default(''), Name: z.string() }))
/** Everything by which a token may do something; `TemplatedPolicies` since 1.16. */
const grants = {
  Policies: links,
  Roles: links,
  ServiceIdentities: list(z.object({ ServiceName: z.string(), Datacenters: list(z.string()) })),
  NodeIdentities: list(z.object({ NodeName: z.string(), Datacenter: z.string() })),
  TemplatedPolicies: list(z.looseObject({ TemplateName: z.string() })),
}
/** `GET /v1/acl/tokens`. */
export const tokensReply = list(
  z.object({
    AccessorID: z.string(),
    /** Since 1.10.1; before, a token for management has the accessor that we gave it. */
    SecretID: z.string().optional(),
    Description: z.string().default(''),
    ...grants,
  }),
)
export type TokenStub = z.output<typeof tokensReply>[number]
/** `GET`, `PUT /v1/acl/token`; `PUT /v1/acl/bootstrap`. */
export const tokenReply = z.object({
  AccessorID: z.string(),
  SecretID: z.string(),
  Description: z.string().default(''),
  Policies: links,
})

/** All that a token may do and where, as `PUT /v1/acl/token` takes it back. Fields that this version does not know are left out. */
export const tokenRightsReply = z.object({
  Description: z.string().default(''),
  Local: z.boolean().default(false),
  Policies: list(z.looseObject({})),
  Roles: list(z.looseObject({})),
  ServiceIdentities: list(z.looseObject({})),
  NodeIdentities: list(z.looseObject({})),
  TemplatedPolicies: list(z.looseObject({})),
})

/** `GET /v1/kv/:key`. */
export const kvReply = z
  .array(
    z.object({
      Key: z.string(),
      Value: z
        .string()
        .nullable()
        .transform((value) => Buffer.from(value ?? '', 'base64')),
      /** A number of 64 bits; a text where JavaScript could not keep all of them. */
      Flags: z.union([z.number(), z.string().regex(/^\d+$/)]).default(0),
      ModifyIndex: z.number(),
    }),
  )
  .min(1)

/** `GET /v1/operator/keyring`. */
export const keyringReply = list(
  z.object({
    WAN: z.boolean().default(false),
    Keys: z.record(z.string(), z.int()),
    PrimaryKeys: z.record(z.string(), z.int()).nullish(),
    NumNodes: z.int(),
  }),
)

/** `GET /v1/operator/autopilot/configuration`; what we do not name is sent back as it came. */
export const autopilotReply = z.looseObject({
  CleanupDeadServers: z.boolean(),
  MinQuorum: z.int().default(0),
  ModifyIndex: z.int(),
})
