/** `service restart`: begins services anew where they run, one place after the other. The cluster file stays as it is, and no lock is taken. */
import type { Transport } from '../../delivery/transport/transport.ts'
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import type { RestartedInstance, ServiceRunner } from '../../engines/service-runner.ts'
import { restartUnit } from '../../engines/systemd/restart.ts'
import { serviceRunnersOf } from '../../programs/programs.ts'
import { reasonOf } from '../../support/reason.ts'
import { SYSTEMD, type PlacedService } from '../../topology/service.ts'
import { connect } from '../connect.ts'
import type { OpenedCluster } from '../open.ts'
import { prepare } from '../run/prepare.ts'
import { placedBy } from './placed.ts'

/** What became of a service in one place, or of all of it. */
export interface RestartedService {
  readonly name: string
  /** Who runs it: systemd, or what gives work to nodes. */
  readonly by: string
  /** Left out where nobody could be asked where it runs. */
  readonly node?: string
  /** `unknown`: what was asked, and what came of it, is not known. */
  readonly outcome: 'restarted' | 'failed' | 'unknown'
  /** Why it does not run, or is not known to. */
  readonly detail?: string
}

const CONNECT_SECONDS = 5

/**
 * Begins these services anew, in this order, and tells of each place. After a place in which one does not run again, its other places are left
 * alone, and so are the services that come after it. Throws `DiagnosticsError` for names that mean nothing, before anything is touched.
 */
export async function* restartServices(
  cluster: OpenedCluster,
  names: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<RestartedService> {
  const { resolved, provisions } = await prepare(
    cluster,
    {},
    'look',
    () => Promise.resolve(new Map()),
    'here',
  )
  const all = resolved.cluster.services()
  const chosen = [...new Set(names)].map((name) => restartable(all, name))
  const runners = new Map(serviceRunnersOf(resolved, provisions).map((runner) => [runner.by, runner]))
  const transport = connect(cluster, { connectSeconds: CONNECT_SECONDS })
  try {
    for (const placed of chosen) {
      if (signal?.aborted === true) return
      const places =
        placed.by === SYSTEMD
          ? onNodes(placed, transport, signal)
          : given(placed, runners.get(placed.by), transport, signal)
      for await (const done of places) {
        yield { name: placed.service.name, by: placed.by, ...done }
        if (done.outcome !== 'restarted') return
      }
    }
  } finally {
    await transport.close()
  }
}

/** What is run all the time; what is due at its times begins anew by itself. */
function restartable(all: readonly PlacedService[], name: string): PlacedService {
  const placed = placedBy(all, name)
  const { run } = placed.service
  if (run === undefined || ('work' in run && run.schedule !== undefined))
    throw new DiagnosticsError([
      commandCodes.SERVICE_NOT_RESTARTED({
        name,
        is: run === undefined ? 'only announced' : 'run on a schedule',
      }),
    ])
  return placed
}

type Done = Pick<RestartedService, 'node' | 'outcome' | 'detail'>

function told({ node, failure }: RestartedInstance): Done {
  return failure === undefined ? { node, outcome: 'restarted' } : { node, outcome: 'failed', detail: failure }
}

async function* onNodes(
  { service, nodes }: PlacedService,
  transport: Transport,
  signal: AbortSignal | undefined,
): AsyncGenerator<Done> {
  for (const node of nodes) {
    if (signal?.aborted === true) return
    let done: Done
    try {
      done = told(await restartUnit(transport, node, service))
    } catch (error) {
      done = { node, outcome: 'unknown', detail: reasonOf(error) }
    }
    yield done
  }
}

/** Through the first member that can be asked: once one place was told of, none of the others is asked. */
async function* given(
  placed: PlacedService,
  runner: ServiceRunner | undefined,
  transport: Transport,
  signal: AbortSignal | undefined,
): AsyncGenerator<Done> {
  const unknown: string[] = []
  for (const member of runner?.members ?? []) {
    let isBegun = false
    try {
      for await (const instance of runner?.restart(transport, member, placed, signal) ?? []) {
        isBegun = true
        yield told(instance)
      }
      return
    } catch (error) {
      unknown.push(`${member}: ${reasonOf(error)}`)
      if (isBegun) break
    }
  }
  yield { outcome: 'unknown', detail: unknown.join('; ') || `${placed.by} has nobody who can be asked` }
}
