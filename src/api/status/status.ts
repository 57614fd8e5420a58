/** `status`: what is wanted against what is, of every node and every engine, in one look. */
import { observe, type HeldObservation, type PushRun, type Unreached } from '../../delivery/push/push.ts'
import type { Transport } from '../../delivery/transport/transport.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { EngineProbe, EngineStatus } from '../../engines/contract.ts'
import { openApply } from '../../journal/last-apply.ts'
import { boardHealth } from '../../hardware/board-health.ts'
import { withFacts } from '../../cluster-lock/cluster-lock.ts'
import { newRunId } from '../../journal/run-id.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { limit } from '../../support/limit.ts'
import { reasonOf } from '../../support/reason.ts'
import { certificatesOn, daysLeft, type CertificateStatus } from './certificates.ts'
import { connect } from '../connect.ts'
import { driftOf } from './drift.ts'
import { withMemory, type HeldNodes } from './engine-memory.ts'
import { supportOfRunning, type EngineSupport } from './engine-versions.ts'
import { controllerName } from '../events.ts'
import { firstLook } from '../run/first-contact.ts'
import type { OpenedCluster } from '../open.ts'
import { lateFindings } from '../run/late-findings.ts'
import { prepare, type Prepared } from '../run/prepare.ts'
import { missingOffers, wantedVersions } from '../../programs/programs.ts'
import type { Scope } from '../../programs/scope.ts'
import { showingNodes } from './old-certificates.ts'
import { reasonsOf, type NodeFindings, type Reason } from './verdict.ts'

/** How one node stands. */
export interface NodeStatus extends NodeFindings {
  /** Roles that it is to have. */
  readonly wanted: readonly string[]
  readonly model: string
  readonly memoryBytes: number
  readonly memoryUsedBytes?: number
  readonly uptimeSeconds?: number
  readonly certificates?: readonly CertificateStatus[]
}

/** How a cluster stands. */
export interface ClusterStatus {
  readonly nodes: readonly NodeStatus[]
  readonly engines: readonly EngineStatus[]
  /** What kept this computer from knowing all that is wanted; left out when nothing did. */
  readonly problems?: readonly Diagnostic[]
  /** How the versions that run stand with their makers. */
  readonly support: readonly EngineSupport[]
  /** Why not all is well; empty when it is. */
  readonly reasons: readonly Reason[]
}

/** How a cluster is asked. */
export interface StatusOptions extends Scope {
  /** Told of each node as soon as it is known how it stands. */
  readonly seen?: (node: NodeStatus) => void
}

type Looks = ReadonlyMap<string, Promise<HeldObservation | Unreached>>

const CONCURRENCY = 50
/** Who looks waits for the answer: a node that takes longer to let us in is told as not reached. */
const CONNECT_SECONDS = 5

/** Asks all nodes and engines at once: one session a node, and no network but SSH. Changes nothing. */
export async function status(cluster: OpenedCluster, options: StatusOptions = {}): Promise<ClusterStatus> {
  const transport = connect(cluster, { connectSeconds: CONNECT_SECONDS })
  try {
    return await look(cluster, transport, options)
  } finally {
    await transport.close()
  }
}

async function look(
  cluster: OpenedCluster,
  transport: Transport,
  options: StatusOptions,
): Promise<ClusterStatus> {
  const push: PushRun = { run: newRunId(new Date()), by: controllerName(), transport }
  const first = firstLook(push)
  const prepared = await prepare(cluster, options, 'look', first.facts, 'here')
  const linked = linkedNodes(prepared)
  const within = limit(CONCURRENCY)
  const looks = new Map(
    prepared.nodes.map((node) => {
      const program = prepared.program(node)
      // Who did not let us in just now is not tried again.
      const lost = first.lost.get(node)
      const seen =
        lost ?? within(() => observe(push, program, 'plan', () => undefined, { link: linked.has(node) }))
      return [node, Promise.resolve(seen)]
    }),
  )
  const isHeld: HeldNodes = async (name) => linked.has(name) && (await looks.get(name))?.reached === true
  const engines = Promise.all(probesOf(prepared).map((probe) => askEngine(probe, transport, looks, isHeld)))
  const nodes = Promise.all(
    chosenOf(prepared).map(async (node) => {
      const seen = await (looks.get(node.name) as Promise<HeldObservation | Unreached>)
      const certificates = seen.reached
        ? await certificatesOn(prepared, node, seen, transport, new Date())
        : []
      if (seen.reached) void engines.then(() => seen.letGo())
      const found = nodeStatus(node, seen, prepared, certificates)
      options.seen?.(found)
      return found
    }),
  )
  const support = supportOfAll(prepared, await engines)
  const found = { nodes: await nodes, engines: await engines, support }
  const late = lateReasons(cluster, prepared, await Promise.all(looks.values()))
  const { reasons, ...rest } = judged(cluster, prepared, found)
  return { ...rest, reasons: [...late, ...reasons] }
}

function chosenOf({ nodes, resolved }: Prepared): readonly ClusterNode[] {
  return resolved.cluster.nodes.filter(({ name }) => nodes.includes(name))
}

/** An engine of which no member was chosen is not asked, and nothing is said of it. */
function probesOf({ nodes, engines }: Prepared): readonly EngineProbe[] {
  return engines.probes.filter(
    ({ members }) => members.length === 0 || members.some((name) => nodes.includes(name)),
  )
}

/** Who is asked for an engine or runs one, and who shows a certificate: what it really shows is asked of its port. */
function linkedNodes({ engines, resolved }: Prepared): ReadonlySet<string> {
  const measured = engines.probes.filter(({ units }) => units !== undefined).map(({ name }) => name)
  const running = wantedVersions(resolved).filter(({ engine }) => measured.includes(engine))
  return new Set([
    ...engines.probes.flatMap(({ members }) => members),
    ...running.flatMap(({ nodes }) => nodes),
    ...showingNodes({ resolved }),
  ])
}

function judged(
  cluster: OpenedCluster,
  { problems, nodes }: Prepared,
  found: Omit<ClusterStatus, 'reasons' | 'problems'>,
): ClusterStatus {
  const reasons = [...problems.map(secretsReason), ...reasonsOf(found), ...pastReasons(cluster, nodes)]
  return { ...found, ...(problems.length > 0 && { problems }), reasons }
}

/** What an apply would refuse because of what the nodes say of themselves. */
function lateReasons(
  { source, name }: OpenedCluster,
  { resolved }: Prepared,
  looks: readonly (HeldObservation | Unreached)[],
): Reason[] {
  let { lock } = resolved
  for (const seen of looks) if (seen.reached) lock = withFacts(lock, seen.node, seen.facts)
  return lateFindings(source, resolved, lock).map(({ summary }) => ({
    kind: 'refused',
    about: name,
    text: summary,
  }))
}

/** Without the secrets nobody can say what is wanted. */
function secretsReason({ summary }: Diagnostic): Reason {
  return { kind: 'unknown', about: 'secrets', text: summary }
}

/** By what the members say that they run; of an engine that does not answer, by what ran last, else by what is wanted. */
function supportOfAll({ resolved }: Prepared, engines: readonly EngineStatus[]): EngineSupport[] {
  return wantedVersions(resolved).flatMap((version) => {
    const members = engines.find(({ name }) => name === version.engine)?.members ?? []
    const said = members.map((member) => member.version ?? '').filter((text) => text !== '')
    const known = resolved.lock.running[version.engine] ?? version.wanted
    return supportOfRunning(version, said.length > 0 ? said : known === undefined ? [] : [known], new Date())
  })
}

function pastReasons(cluster: OpenedCluster, nodes: readonly string[]): readonly Reason[] {
  try {
    return reasonsOf({ nodes: [], engines: [], openApply: openApply(cluster.folder, cluster.lab, nodes) })
  } catch (error) {
    return [{ kind: 'unknown', about: 'journal', text: `how the last apply ended: ${reasonOf(error)}` }]
  }
}

async function askEngine(
  probe: EngineProbe,
  transport: Transport,
  looks: Looks,
  isHeld: HeldNodes,
): Promise<EngineStatus> {
  return withMemory(await askFirst(probe, transport, looks), probe, transport, isHeld)
}

/** Asks the engine through members in the order in which their nodes answer; who cannot be reached is not tried. */
async function askFirst(probe: EngineProbe, transport: Transport, looks: Looks): Promise<EngineStatus> {
  const problems: string[] = []
  const waiting = new Map(
    probe.members.flatMap((member) => {
      const seen = looks.get(member)?.then(({ reached }) => ({ member, reached }))
      return seen ? [[member, seen] as const] : []
    }),
  )
  while (waiting.size > 0) {
    const { member, reached } = await Promise.race(waiting.values())
    waiting.delete(member)
    if (!reached) {
      problems.push(`${member} cannot be reached`)
      continue
    }
    try {
      return await probe.ask(transport, member)
    } catch (error) {
      problems.push(`${member}: ${reasonOf(error)}`)
    }
  }
  const why = problems.length > 0 ? problems.join('; ') : 'it has no members'
  const unknown = [`no member can be asked: ${why}`]
  return {
    name: probe.name,
    healthy: false,
    detail: why,
    problems: [],
    unknown,
    members: [],
    failingChecks: [],
  }
}

function nodeStatus(
  node: ClusterNode,
  seen: HeldObservation | Unreached,
  prepared: Prepared,
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
  const waitsFor = missingOffers(prepared.resolved, node.name, prepared.provisions.secrets)
  return {
    ...common,
    reached: true,
    ...(prepared.problems.length === 0 && driftOf(prepared.program(node.name), seen, prepared.isMissing)),
    ...(prepared.problems.length === 0 && waitsFor.length > 0 && { waitsFor }),
    ...(certificates.length > 0 && { certificates }),
    ...(used !== undefined && { memoryUsedBytes: used }),
    // `df -P -k` counts in units of 1024 bytes (POSIX).
    ...(free !== undefined && { diskFreeBytes: free * 1024 }),
    ...(uptime !== undefined && { uptimeSeconds: uptime }),
    ...(seen.clockSeconds !== undefined && { clockOffsetSeconds: seen.clockSeconds }),
    board: boardHealth(facts),
    boardTells: node.board.model !== 'pc',
    ...(days !== undefined && { certificateDaysLeft: days }),
  }
}
