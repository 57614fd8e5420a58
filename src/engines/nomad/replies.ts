/** The shapes of the answers of Nomad's HTTP API, as far as we read them (1.11.3; keys that we do not name are ignored). */
import { z } from 'zod'
import { list } from '../autopilot/replies.ts'

/** For answers whose content does not matter. */
export const anything = z.unknown()

/** `GET /v1/agent/self`, as far as it tells who that is. */
export const selfReply = z.object({ member: z.object({ Name: z.string() }) })

/** `GET /v1/agent/members`: the servers by gossip; status is serf's word. */
export const membersReply = z.object({
  Members: list(
    z.object({ Name: z.string(), Status: z.string(), Tags: z.record(z.string(), z.string()).default({}) }),
  ),
})
export type MembersReply = z.output<typeof membersReply>

/** `GET /v1/acl/token/self`, `PUT /v1/acl/bootstrap`. */
export const tokenReply = z.object({ AccessorID: z.string() })

/** `GET /v1/acl/tokens`. */
export const tokensReply = list(z.object({ AccessorID: z.string(), Name: z.string().default('') }))

/** `GET`, `PUT /v1/var/:path`. */
export const variableReply = z.object({
  ModifyIndex: z.number(),
  Items: z.record(z.string(), z.string()).nullish(),
})

/** `GET /v1/agent/keyring/list`: how many of the servers hold each gossip key. */
export const keyringReply = z.object({
  Keys: z
    .record(z.string(), z.int())
    .nullish()
    .transform((keys) => keys ?? {}),
  NumNodes: z.int(),
})
