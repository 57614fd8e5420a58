/** `status`: what is wanted against what is, of every node and every engine, in one look. */
import { observe, type HeldObservation, type PushRun, type Unreached } from '../delivery/push/push.ts'
import type { Transport } from '../delivery/transport/transport.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { EngineProbe, EngineStatus } from '../engines/contract.ts'
import { newRunId } from '../journal/run-id.ts'
import type { ClusterNode } from '../roles/role.ts'
import { limit } from '../support/limit.ts'
import { reasonOf } from '../support/reason.ts'
import { certificatesOn, daysLeft, type CertificateStatus } from './certificates.ts'
import { controllerName } from './events.ts'
import { readFacts } from './first-contact.ts'
import type { OpenedCluster } from './open.ts'
import { prepare, type Prepared } from './prepare.ts'
import { certificatesOfNode } from './programs.ts'
import { withTransport } from './run.ts'

/** How one node stands. */
export interface NodeStatus {
  readonly name: string
  /** Roles that it is to have. */
  readonly wanted: readonly string[]
  readonly reached: boolean
  /** Why it was not reached. */
  readonly detail?: string
  readonly model: string
  readonly memoryBytes: number
  readonly memoryUsedBytes?: number
  readonly diskFreeBytes?: number
  readonly clockOffsetSeconds?: number
  /** What the firmware says of heat and voltage (`vcgencmd get_throttled`); left out where nothing is wrong. */
  readonly throttled?: string
  readonly uptimeSeconds?: number
  /** Of the certificate that ends first, of those that are installed and those that are shown. */
  readonly certificateDaysLeft?: number
  readonly certificates?: readonly CertificateStatus[]
  /** Resources that are not as wanted; left out where it cannot be known, because the secrets are not there. */
  readonly drift?: number
}

/** How a cluster stands. */
export interface ClusterStatus {
  readonly nodes: readonly NodeStatus[]
  readonly engines: readonly EngineStatus[]
  /** What kept this computer from knowing all that is wanted; left out when nothing did. */
  readonly problems?: readonly Diagnostic[]
}

const CONCURRENCY = 50

/** Asks all nodes and engines at once: one session a node. Changes nothing. */
export async function status(cluster: OpenedCluster): Promise<ClusterStatus> {
  return withTransport(cluster, async (transport) => {
    const push: PushRun = { run: newRunId(new Date()), by: controllerName(), transport }
    const prepared = await prepare(cluster, {}, 'look', (nodes) => readFacts(push, nodes))
    const { probes } = prepared.engines
    const linked = new Set(probes.flatMap(({ members }) => members.slice(0, 1)))
    const engines = Promise.all(probes.map((probe) => ask(probe, transport)))
    const within = limit(CONCURRENCY)
    const nodes = Promise.all(
      prepared.resolved.cluster.nodes.map((node) =>
        within(async () => {
          const isLinked = linked.has(node.name) || certificatesOfNode(prepared.resolved, node).length > 0
          const seen = await observe(push, prepared.program(node.name), 'plan', () => undefined, {
            link: isLinked,
          })
          if (!seen.reached) return nodeStatus(node, seen, prepared, [])
          const certificates = await certificatesOn(prepared, node, seen, transport, new Date())
          void engines.then(() => seen.letGo())
          return nodeStatus(node, seen, prepared, certificates)
        }),
      ),
    )
    const { problems } = prepared
    return { nodes: await nodes, engines: await engines, ...(problems.length > 0 && { problems }) }
  })
}

async function ask(probe: EngineProbe, transport: Transport): Promise<EngineStatus> {
  let detail = 'it has no members'
  for (const member of probe.members) {
    try {
      return await probe.ask(transport, member)
    } catch (error) {
      detail = `${member}: ${reasonOf(error)}`
    }
  }
  return { name: probe.name, healthy: false, detail, members: [], failingChecks: [] }
}

function nodeStatus(
  node: ClusterNode,
  seen: HeldObservation | Unreached,
  { problems }: Prepared,
  certificates: readonly CertificateStatus[],
): NodeStatus {
  const common = {
    name: node.name,
    wanted: node.roles,
    model: node.board.model,
    memoryBytes: node.board.memoryBytes,
  }
  if (!seen.reached) return { ...common, reached: false, detail: seen.failure.summary }
  const { facts } = seen
  const number = (key: string, at = 0): number | undefined => {
    const text = facts[key]?.split(' ')[at]
    const value = Number(text)
    return text === undefined || Number.isNaN(value) ? undefined : value
  }
  const used = number('memory_used')
  const free = number('disk', 1)
  const uptime = number('uptime')
  const days = daysLeft(certificates, new Date())
  const throttled = facts['throttled']
  return {
    ...common,
    reached: true,
    ...(problems.length === 0 && { drift: seen.differing.length + seen.orphans.length }),
    ...(certificates.length > 0 && { certificates }),
    ...(used !== undefined && { memoryUsedBytes: used }),
    // `df -P -k` counts in units of 1024 bytes (POSIX).
    ...(free !== undefined && { diskFreeBytes: free * 1024 }),
    ...(uptime !== undefined && { uptimeSeconds: uptime }),
    ...(seen.clockSeconds !== undefined && { clockOffsetSeconds: seen.clockSeconds }),
    ...(throttled !== undefined && throttled !== 'throttled=0x0' && { throttled }),
    ...(days !== undefined && { certificateDaysLeft: days }),
  }
}
