/** What dockerd answers, as far as it is looked at (Docker Engine API 1.41 to 1.51). */
import { z } from 'zod'

const version = z.object({ Index: z.number() })

/** `GET /info` */
export const infoReply = z.object({
  ServerVersion: z.string(),
  Swarm: z.object({
    NodeID: z.string(),
    LocalNodeState: z.enum(['inactive', 'pending', 'active', 'error', 'locked']).or(z.literal('')),
    ControlAvailable: z.boolean(),
    Error: z.string(),
    Cluster: z.object({ ID: z.string() }).nullish(),
  }),
})
export type InfoReply = z.output<typeof infoReply>

/** One of `GET /nodes` */
export const nodeReply = z.object({
  ID: z.string(),
  Version: version,
  Spec: z.looseObject({
    Labels: z.record(z.string(), z.string()).nullish(),
    Role: z.enum(['manager', 'worker']),
    Availability: z.enum(['active', 'pause', 'drain']),
  }),
  Description: z.object({
    Hostname: z.string(),
    Engine: z.object({ EngineVersion: z.string().optional() }).optional(),
  }),
  Status: z.object({ State: z.string(), Message: z.string().optional(), Addr: z.string().optional() }),
  ManagerStatus: z
    .object({ Leader: z.boolean().optional(), Reachability: z.string(), Addr: z.string() })
    .nullish(),
})
export type NodeReply = z.output<typeof nodeReply>

/** `GET /nodes` */
export const nodesReply = z.array(nodeReply)

/** `GET /swarm` */
export const swarmReply = z.object({
  ID: z.string(),
  Version: version,
  Spec: z.looseObject({ Labels: z.record(z.string(), z.string()).nullish() }),
  JoinTokens: z.object({ Worker: z.string(), Manager: z.string() }),
})
export type SwarmReply = z.output<typeof swarmReply>

/** One of `GET /services?status=true` */
const serviceReply = z.object({
  ID: z.string(),
  Spec: z.looseObject({
    Name: z.string(),
    Labels: z.record(z.string(), z.string()).nullish(),
    TaskTemplate: z
      .looseObject({ ContainerSpec: z.looseObject({ Image: z.string().optional() }).optional() })
      .optional(),
    Mode: z
      .looseObject({ Replicated: z.looseObject({ Replicas: z.number().optional() }).optional() })
      .optional(),
  }),
  ServiceStatus: z.object({ RunningTasks: z.number(), DesiredTasks: z.number() }).nullish(),
})
export type ServiceReply = z.output<typeof serviceReply>
export const servicesReply = z.array(serviceReply)

/** One of `GET /tasks` */
export const tasksReply = z.array(z.object({ Status: z.object({ State: z.string() }) }))

/** What is of no interest. */
export const anything = z.unknown()
