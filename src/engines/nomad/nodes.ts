/** The nodes that run work, as the servers count them. */
import { z } from 'zod'
import { granted } from '../steps/reply.ts'
import { list } from '../autopilot/replies.ts'
import type { NomadApi } from './api.ts'

/** `GET /v1/nodes`. */
export const nodesReply = list(
  z.object({
    ID: z.string(),
    Name: z.string(),
    Status: z.string(),
    Drain: z.boolean(),
    SchedulingEligibility: z.string(),
    Version: z.string().default(''),
    LastDrain: z
      .object({ StartedAt: z.string().optional(), Meta: z.record(z.string(), z.string()).nullish() })
      .nullish(),
  }),
)
export type NodeReply = z.output<typeof nodesReply>[number]

/** `GET /v1/node/:id/allocations`. */
export const allocationsReply = list(
  z.object({ Name: z.string(), Namespace: z.string(), JobID: z.string(), ClientStatus: z.string() }),
)

/** `PUT /v1/node/:id/drain`. */
export const drainReply = z.object({ NodeModifyIndex: z.int() })

/** `GET /v1/evaluations`. */
export const evaluationsReply = list(
  z.object({ Namespace: z.string(), JobID: z.string(), ModifyIndex: z.int() }),
)

/** What is written with a drain that is ours: why. */
export const DRAINED_META = 'bramble_drained'

/** All nodes. Rejects with a sentence. */
export async function nodesIn(api: NomadApi): Promise<readonly NodeReply[]> {
  return granted('listing the nodes', await api.get('/v1/nodes', nodesReply))
}

/** `GET /v1/node/:id`: what happened to it, oldest first; the last ten are kept (`nomad/structs`, `MaxRetainedNodeEvents`). */
const eventsReply = z.object({ Events: list(z.object({ Subsystem: z.string(), Message: z.string() })) })

/** What `nomad node eligibility -disable` leaves among the events (`nomad/node_endpoint.go`). */
const BY_HAND = 'Node marked as ineligible for scheduling'

/** The nodes from which Bramble keeps work away. One that a person has closed since is theirs. */
export async function drainedByUs(api: NomadApi, nodes: readonly NodeReply[]): Promise<readonly NodeReply[]> {
  const ours: NodeReply[] = []
  for (const node of nodes) {
    if (node.SchedulingEligibility !== 'ineligible' || node.LastDrain?.Meta?.[DRAINED_META] === undefined)
      continue
    const reply = await api.get(`/v1/node/${node.ID}`, eventsReply)
    const { Events } = granted(`asking what happened to ${node.Name}`, reply)
    const last = Events.findLast(({ Subsystem, Message }) => Subsystem === 'Drain' || Message === BY_HAND)
    if (last?.Message !== BY_HAND) ours.push(node)
  }
  return ours
}

/** Whether the servers have lost it: cut off, or gone. */
export function isLost({ Status }: NodeReply): boolean {
  return Status === 'down' || Status === 'disconnected'
}
