/** The gate of a client: a server counts it among the nodes that take work, with the drivers that it is to have. */
import { z } from 'zod'
import { reasonOf } from '../../support/reason.ts'
import type { Verdict } from '../autopilot/judge.ts'
import type { Gate, NodeLink } from '../contract.ts'
import { withApi } from './api.ts'
import { ENGINE } from './names.ts'
import { nodesIn } from './nodes.ts'
import { serverAccess, type ManagementAccess } from './setup.ts'

/** A board that starts for the first time looks at itself for half a minute. */
const PATIENCE_SECONDS = 120

const not = (detail: string): Verdict => ({ passed: false, detail })

/** `GET /v1/node/:id`: what it can run work with. */
const nodeReply = z.object({
  Drivers: z
    .record(z.string(), z.object({ Healthy: z.boolean(), HealthDescription: z.string().default('') }))
    .nullish(),
})

/** What the gate of a client goes by. */
export interface ClientGateParts {
  readonly node: string
  readonly drivers: readonly string[]
  /** Names of the servers. */
  readonly servers: readonly string[]
  readonly access: ManagementAccess
}

/** The gate of one client. */
export function clientGate(parts: ClientGateParts): Gate {
  return {
    name: 'nomad: node that takes work',
    node: parts.node,
    engine: ENGINE,
    patienceSeconds: PATIENCE_SECONDS,
    ask: (link) => askAnyServer(link, parts),
  }
}

async function askAnyServer(link: NodeLink, parts: ClientGateParts): Promise<Verdict> {
  let verdict = not('no server can be asked')
  for (const server of parts.servers) {
    verdict = await askThrough(link, parts, server)
    if (verdict.passed) return verdict
  }
  return verdict
}

function askThrough(
  link: NodeLink,
  { node, drivers, access }: ClientGateParts,
  server: string,
): Promise<Verdict> {
  return withApi(link, server, serverAccess(access), async (api) => {
    try {
      const first = (await nodesIn(api)).find(({ Name, Status }) => Name === node && Status === 'ready')
      if (first === undefined) return not(`${node} is no ready node for ${server} yet`)
      const reply = await api.get(`/v1/node/${first.ID}`, nodeReply)
      if (!reply.ok) return not(`${server} does not tell of ${node}: ${reply.problem}`)
      const lacking = drivers.filter((driver) => reply.value.Drivers?.[driver]?.Healthy !== true)
      const why = (driver: string): string =>
        reply.value.Drivers?.[driver]?.HealthDescription || 'not found by its agent'
      if (lacking.length > 0)
        return not(`${node} cannot run work by ${lacking.map((one) => `${one} (${why(one)})`).join(', ')}`)
      return { passed: true, detail: `${node} takes work by ${drivers.join(', ')}` }
    } catch (error) {
      return not(reasonOf(error))
    }
  })
}
