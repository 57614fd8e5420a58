/** The work of a client is moved to others before a step that it would notice, and may come back after it. */
import type { z } from 'zod'
import { poll, type Answer } from '../../support/poll.ts'
import { reasonOf } from '../../support/reason.ts'
import type { Drain, NodeLink } from '../contract.ts'
import { INTERRUPTS as DOCKER } from '../swarm/swarm-group.ts'
import { granted } from '../steps/reply.ts'
import { withApi, type NomadApi } from './api.ts'
import { CLIENT_UNIT, ENGINE, GOODBYE_SECONDS, PROGRAM } from './names.ts'
import {
  allocationsReply,
  DRAINED_META,
  drainedByUs,
  drainReply,
  evaluationsReply,
  nodesIn,
  type NodeReply,
} from './nodes.ts'
import { anything } from './replies.ts'
import { serverAccess, type ManagementAccess } from './setup.ts'

/** How long the servers may take to place work elsewhere before they end it here all the same. */
const MOVE_SECONDS = 120
/** A deadline that is over (`DrainSpec`, a negative one). */
const AT_ONCE = -1
/** How long the servers may take to answer when one of them was away. */
const RETURN_SECONDS = 60
/** Another program; the unit, which a node that leaves loses; and what Docker runs with. */
const INTERRUPTS: readonly string[] = [
  `file:${PROGRAM}`,
  `file:/etc/systemd/system/${CLIENT_UNIT}`,
  ...DOCKER,
]
const ENDED = ['complete', 'failed', 'lost']

/** Who may be asked. */
export interface DrainParts {
  /** Names of the servers. */
  readonly servers: readonly string[]
  readonly clients: readonly string[]
  readonly access: ManagementAccess
}

/**
 * The drain of a node. Another configuration alone is no reason: work outlives its agent, which finds it again. Another program is one, and so is
 * what Docker runs with.
 */
export function nomadDrain(parts: DrainParts, node: string): Drain {
  return {
    name: ENGINE,
    node,
    interruptedBy: (address) => INTERRUPTS.includes(address),
    before: async (link, why) => {
      if (why !== 'removal' && !parts.clients.includes(node)) return
      await throughAny(parts, link, node, async (api) => {
        const nodes = await nodesIn(api)
        const own = nodes.find(({ Name, Status }) => Name === node && Status === 'ready')
        // Its agent alone would be missed.
        if (own !== undefined && (why !== 'change' || isThereAnother(nodes, own)))
          await moveOff(api, own, why)
      })
    },
    after: async (link) => {
      if (!parts.clients.includes(node)) return
      const attempt = async (): Promise<Answer> => {
        try {
          await throughAny(parts, link, node, async (api) => {
            const own = (await nodesIn(api)).filter(({ Name }) => Name === node)
            for (const one of await drainedByUs(api, own)) await giveBack(api, one)
          })
          return { passed: true, detail: '' }
        } catch (error) {
          return { passed: false, detail: reasonOf(error) }
        }
      }
      const { passed, detail } = await poll(attempt, { patienceSeconds: RETURN_SECONDS })
      if (!passed) throw new Error(detail)
    },
  }
}

/** Where nobody could take it, work is better off where it is. */
function isThereAnother(nodes: readonly NodeReply[], own: NodeReply): boolean {
  return nodes.some(
    ({ ID, Status, SchedulingEligibility }) =>
      ID !== own.ID && Status === 'ready' && SchedulingEligibility === 'eligible',
  )
}

/**
 * Nomad calls a drain done when all work was asked to end; here the work itself is waited for. What has no other place Nomad would keep until the
 * deadline: nothing comes of waiting, so it ends as soon as that is known.
 */
async function moveOff(api: NomadApi, own: NodeReply, why: string): Promise<void> {
  // Somebody else holds it.
  if (own.SchedulingEligibility !== 'eligible' && (await drainedByUs(api, [own])).length === 0) return
  const since = await askToMove(api, own, why, MOVE_SECONDS)
  let isForced = false
  const { passed, detail } = await poll(
    async () => {
      const reply = await api.get(`/v1/node/${own.ID}/allocations`, allocationsReply)
      if (!reply.ok) return { passed: false, detail: reply.problem }
      const left = reply.value.filter(({ ClientStatus }) => !ENDED.includes(ClientStatus))
      if (!isForced && left.length > 0 && (await haveNoPlace(api, left, since))) {
        await askToMove(api, own, why, AT_ONCE)
        isForced = true
      }
      return { passed: left.length === 0, detail: `it still runs ${left.map(({ Name }) => Name).join(', ')}` }
    },
    { patienceSeconds: MOVE_SECONDS + GOODBYE_SECONDS },
  )
  // What has ended lies on the node with its mounts until it is tidied away.
  if (why === 'removal') await api.send('PUT', `/v1/client/gc?node_id=${own.ID}`, anything)
  if (!passed) throw new Error(detail)
}

/** Gives the index of the servers' log at which they were asked. */
async function askToMove(
  api: NomadApi,
  { ID, Name }: NodeReply,
  why: string,
  seconds: number,
): Promise<number> {
  const asked = await api.send('PUT', `/v1/node/${ID}/drain`, drainReply, {
    DrainSpec: { Deadline: seconds * 1e9, IgnoreSystemJobs: false },
    Meta: { [DRAINED_META]: why },
  })
  return granted(`moving the work off ${Name}`, asked).NodeModifyIndex
}

/** Whether the servers have tried since then to place the jobs of all these elsewhere, and could not. */
async function haveNoPlace(
  api: NomadApi,
  left: z.output<typeof allocationsReply>,
  since: number,
): Promise<boolean> {
  const reply = await api.get('/v1/evaluations?status=blocked&namespace=*', evaluationsReply)
  if (!reply.ok) return false
  const blocked = reply.value.filter(({ ModifyIndex }) => ModifyIndex > since)
  return left.every((one) =>
    blocked.some(({ JobID, Namespace }) => JobID === one.JobID && Namespace === one.Namespace),
  )
}

/** Lets work come back to a node that was drained. */
export async function giveBack(api: NomadApi, { ID, Name }: NodeReply): Promise<void> {
  const sent = await api.send('PUT', `/v1/node/${ID}/drain`, anything, {
    DrainSpec: null,
    MarkEligible: true,
  })
  granted(`letting work come back to ${Name}`, sent)
}

/** Through a server that stays where it is, when there is another one. */
async function throughAny(
  { servers, access }: DrainParts,
  link: NodeLink,
  node: string,
  use: (api: NomadApi) => Promise<void>,
): Promise<void> {
  const problems: string[] = []
  for (const server of servers.toSorted((a, b) => Number(a === node) - Number(b === node))) {
    try {
      await withApi(link, server, serverAccess(access), use)
      return
    } catch (error) {
      problems.push(`${server}: ${reasonOf(error)}`)
    }
  }
  throw new Error(problems.join('; ') || 'there is no server')
}
