/** `service logs`: what a service has written last where it runs, by the word of who runs it. Reads, and changes nothing. */
import type { Transport } from '../../delivery/transport/transport.ts'
import type { ServiceRunner } from '../../engines/service-runner.ts'
import { serviceRunnersOf } from '../../programs/programs.ts'
import { reasonOf } from '../../support/reason.ts'
import { SYSTEMD, type PlacedService } from '../../topology/service.ts'
import { connect } from '../connect.ts'
import { logs } from '../logs/logs.ts'
import type { OpenedCluster } from '../open.ts'
import { prepare } from '../run/prepare.ts'
import { placedBy } from './placed.ts'

/** A line, or a place of which nobody knows what was written there. */
export type ServiceLog =
  | {
      readonly type: 'line'
      readonly node: string
      /** Which part of the service wrote, where it has several. */
      readonly part?: string
      /** To which output, where whoever keeps it knows. */
      readonly stream?: 'stdout' | 'stderr'
      /** When, where whoever keeps it knows: the node's own clock. */
      readonly at?: string
      readonly text: string
    }
  | { readonly type: 'unknown'; readonly node?: string; readonly why: string }

/** How much is read. */
export interface ServiceLogOptions {
  /** Lines of each output in each place; of a unit of systemd, entries of each node. */
  readonly lines: number
  readonly signal?: AbortSignal
}

const CONNECT_SECONDS = 5

/** Place by place, oldest first. Throws `DiagnosticsError` for a name that means nothing or that nobody runs. */
export async function* serviceLogs(
  cluster: OpenedCluster,
  name: string,
  options: ServiceLogOptions,
): AsyncGenerator<ServiceLog> {
  const { resolved, provisions } = await prepare(
    cluster,
    {},
    'look',
    () => Promise.resolve(new Map()),
    'here',
  )
  const placed = placedBy(resolved.cluster.services(), name)
  if (placed.by === SYSTEMD) {
    yield* ofUnits(cluster, name, options)
    return
  }
  const runner = serviceRunnersOf(resolved, provisions).find(({ by }) => by === placed.by)
  const transport = connect(cluster, { connectSeconds: CONNECT_SECONDS })
  try {
    yield* ofRunner(placed, runner, transport, options.lines)
  } finally {
    await transport.close()
  }
}

async function* ofUnits(
  cluster: OpenedCluster,
  name: string,
  { lines, signal }: ServiceLogOptions,
): AsyncGenerator<ServiceLog> {
  for await (const event of logs(cluster, { names: [name], lines, ...(signal && { signal }) })) {
    if (event.type === 'entry') yield { type: 'line', node: event.node, at: event.at, text: event.text }
    if (event.type === 'node-finished' && event.outcome !== 'read')
      yield { type: 'unknown', node: event.node, why: event.message ?? 'reading was ended' }
  }
}

/** Through the first member that can be asked. */
async function* ofRunner(
  placed: PlacedService,
  runner: ServiceRunner | undefined,
  transport: Transport,
  lines: number,
): AsyncGenerator<ServiceLog> {
  const unknown: string[] = []
  for (const member of runner?.members ?? []) {
    const said = await runner?.logs(transport, member, placed, lines).catch((error: unknown) => {
      unknown.push(`${member}: ${reasonOf(error)}`)
    })
    if (!said) continue
    for (const { lines: texts, ...where } of said.written)
      for (const text of texts) yield { type: 'line', ...where, text }
    for (const why of said.silent) yield { type: 'unknown', why }
    return
  }
  yield { type: 'unknown', why: unknown.join('; ') || `${placed.by} has nobody who can be asked` }
}
