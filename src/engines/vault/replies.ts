/** The shapes of the answers of Vault's HTTP API, as far as we read them (1.21.0; keys that we do not name are ignored). */
import { z } from 'zod'

/** For answers whose content does not matter. */
export const anything = z.unknown()

/** `GET /v1/sys/health` (`http/sys_health.go`); it asks for no token. */
export const healthReply = z.object({
  initialized: z.boolean(),
  sealed: z.boolean(),
  standby: z.boolean(),
  version: z.string(),
  /** It was taken out of the consensus, and knows. */
  removed_from_cluster: z.boolean().nullish(),
  /** A standby reaches the one that is active. */
  ha_connection_healthy: z.boolean().nullish(),
})

/** Whatever the state, as an answer and not as a failure. */
export const HEALTH_PATH =
  '/v1/sys/health?standbycode=200&sealedcode=200&uninitcode=200&removedcode=200&haunhealthycode=200'

/** `GET /v1/sys/leader`; it asks for no token. */
export const leaderReply = z.object({
  is_self: z.boolean(),
  /** `https://HOST:8201`; empty when nobody is active. */
  leader_cluster_address: z.string().default(''),
  raft_committed_index: z.number().default(0),
  raft_applied_index: z.number().default(0),
})

/** `GET /v1/sys/storage/raft/configuration`: who votes. */
export const configurationReply = z.object({
  data: z.object({
    config: z.object({
      servers: z.array(
        z.object({ node_id: z.string(), address: z.string(), leader: z.boolean(), voter: z.boolean() }),
      ),
    }),
  }),
})
export type RaftPeer = z.output<typeof configurationReply>['data']['config']['servers'][number]

/** `GET /v1/sys/storage/raft/autopilot/state` (`physical/raft/raft_autopilot.go`, `AutopilotState`). */
export const autopilotReply = z.object({
  data: z.object({
    healthy: z.boolean(),
    failure_tolerance: z.number(),
    servers: z.record(
      z.string(),
      z.object({
        id: z.string(),
        address: z.string(),
        node_status: z.string(),
        last_index: z.number(),
        healthy: z.boolean(),
        stable_since: z.string(),
        status: z.string(),
        version: z.string().default(''),
      }),
    ),
  }),
})

/** `PUT /v1/sys/unseal`. */
export const unsealReply = z.object({ sealed: z.boolean() })

/** `POST /v1/sys/storage/raft/join`. */
export const joinReply = z.object({ joined: z.boolean() })
