/**
 * What servers of HashiCorp's engines say of their consensus: the HTTP API of Consul (1.8.7 to 1.22) and of Nomad (1.11) has the same answers,
 * because both stand on `hashicorp/raft` and `hashicorp/raft-autopilot`. Keys that we do not name are ignored.
 */
import { z } from 'zod'

/** Go writes an empty list as null. */
export function list<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])
}

/** `GET /v1/status/leader`: `address:port`, or nothing when there is none. */
export const leaderReply = z.string()
/** `GET /v1/status/peers`: `address:port` of every server in the raft configuration. */
export const peersReply = list(z.string())

/** `GET /v1/operator/autopilot/health`; the same shape comes with status 429 while something is wrong. */
export const healthReply = z.object({
  Healthy: z.boolean(),
  FailureTolerance: z.int(),
  Servers: list(
    z.object({
      ID: z.string(),
      Name: z.string(),
      Address: z.string(),
      SerfStatus: z.string(),
      Version: z.string(),
      Leader: z.boolean(),
      LastIndex: z.number(),
      Healthy: z.boolean(),
      Voter: z.boolean(),
      StableSince: z.string(),
    }),
  ),
})
export type HealthReply = z.output<typeof healthReply>

/** `GET /v1/operator/raft/configuration`: who votes; the name is `(unknown)` where gossip has none. */
export const raftReply = z.object({
  Servers: list(
    z.object({
      ID: z.string(),
      Node: z.string(),
      Address: z.string(),
      Leader: z.boolean(),
      Voter: z.boolean(),
    }),
  ),
})
export type RaftServer = z.output<typeof raftReply>['Servers'][number]
