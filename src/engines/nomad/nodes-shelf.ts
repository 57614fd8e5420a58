/** Nodes as the servers are to count them: none that a cut-off run has left drained, and none that is to run work no more. */
import { poll } from '../../support/poll.ts'
import { granted, Refused } from '../steps/reply.ts'
import type { Shelf, Step } from '../steps/step.ts'
import type { NomadApi } from './api.ts'
import { giveBack } from './drain.ts'
import { drainedByUs, isLost, nodesIn, type NodeReply } from './nodes.ts'
import { anything } from './replies.ts'

/**
 * Servers miss a client after half a minute at most (`min_heartbeat_ttl`, `heartbeat_grace`: 10 s each, and a spread), and a new leader after a minute
 * (`failover_heartbeat_ttl`).
 */
const MISSED_SECONDS = 90

/** Which nodes are meant. */
export interface NodesParts {
  /** Names of all nodes of the cluster. */
  readonly nodes: readonly string[]
  /** Names of those that run work. */
  readonly clients: readonly string[]
}

/** The nodes of a region. */
export function nodesShelf(parts: NodesParts): Shelf<NomadApi> {
  return {
    kind: 'nomad-node',
    async steps(api) {
      if (api === undefined) return []
      const all = await nodesIn(api)
      const wanted = all.filter(({ Name }) => parts.clients.includes(Name))
      return [
        ...(await drainedByUs(api, wanted)).map(backStep),
        ...all.flatMap((one) => {
          const reason = whyForgotten(one, all, parts)
          return reason === undefined ? [] : [forgetStep(one, reason)]
        }),
      ]
    },
  }
}

const addressOf = ({ Name, ID }: NodeReply): string => `nomad-node:${Name}/${ID.slice(0, 8)}`

/** Who may be merely cut off and is wanted stays: its work is its own when it is back. */
function whyForgotten(
  one: NodeReply,
  all: readonly NodeReply[],
  { nodes, clients }: NodesParts,
): string | undefined {
  const { Name, ID } = one
  if (!clients.includes(Name))
    return isLost(one) || nodes.includes(Name) ? `${Name} is to run work no more` : undefined
  const isThereAnew = all.some((other) => other.ID !== ID && other.Name === Name && other.Status === 'ready')
  return isLost(one) && isThereAnew ? `${Name} has come back as another node` : undefined
}

function backStep(one: NodeReply): Step<NomadApi> {
  return {
    stage: 20,
    difference: {
      address: addressOf(one),
      action: 'update',
      reason: 'a run that was cut off has moved its work off',
      differences: [{ field: 'eligibility', is: 'ineligible', wanted: 'eligible' }],
    },
    run: async (api) => {
      await giveBack(api, one)
      return undefined
    },
  }
}

/** Its agent has ended before: whoever still runs would come back at once. */
function forgetStep(one: NodeReply, reason: string): Step<NomadApi> {
  return {
    stage: 30,
    difference: { address: addressOf(one), action: 'remove', reason, differences: [] },
    run: async (api) => {
      const { passed } = await poll(
        async () => {
          const now = (await nodesIn(api)).find(({ ID }) => ID === one.ID)
          return { passed: now === undefined || isLost(now), detail: now?.Status ?? 'gone' }
        },
        { patienceSeconds: MISSED_SECONDS },
      )
      if (!passed)
        throw new Refused(`forgetting ${one.Name}`, { status: 0, problem: 'its client still runs' })
      granted(`forgetting ${one.Name}`, await api.send('PUT', `/v1/node/${one.ID}/purge`, anything))
      return undefined
    },
  }
}
