/** `service list`: where each service runs and how it stands, by the word of who runs it. What cannot be asked is unknown. */
import type { Transport } from '../../delivery/transport/transport.ts'
import type { ServiceInstance, ServiceRunner, ServiceState } from '../../engines/service-runner.ts'
import { askUnits } from '../../engines/systemd/ask.ts'
import { serviceRunnersOf } from '../../programs/programs.ts'
import { reasonOf } from '../../support/reason.ts'
import { SYSTEMD, type PlacedService } from '../../topology/service.ts'
import { connect } from '../connect.ts'
import type { OpenedCluster } from '../open.ts'
import { prepare } from '../run/prepare.ts'

/** How one service stands. */
export interface ListedService {
  readonly name: string
  /** Who runs it: systemd, or what gives work to nodes. */
  readonly by: string
  readonly instances: readonly ServiceInstance[]
  /** Why there is none, as far as that is known. */
  readonly detail?: string
  /** What keeps it from being run, where waiting alone does not mend it. */
  readonly problem?: string
  readonly next?: Date
  /** Five fields of cron and their time zone. */
  readonly schedule?: string
  /** What could not be asked, and why. */
  readonly unknown: readonly string[]
}

const CONNECT_SECONDS = 5

/** Asks about all services, in the order of the cluster file. Changes nothing. */
export async function listServices(cluster: OpenedCluster): Promise<readonly ListedService[]> {
  const { resolved, provisions } = await prepare(
    cluster,
    {},
    'look',
    () => Promise.resolve(new Map()),
    'here',
  )
  const placed = resolved.cluster.services()
  if (placed.length === 0) return []
  const transport = connect(cluster, { connectSeconds: CONNECT_SECONDS })
  try {
    const units = unitStates(transport, placed)
    const probes = new Map(serviceRunnersOf(resolved, provisions).map((probe) => [probe.by, probe]))
    return await Promise.all(
      placed.map(async (one) => {
        const probe = probes.get(one.by)
        return listed(
          one,
          one.by === SYSTEMD ? await ofNodes(one, units) : await asked(one, probe, transport),
        )
      }),
    )
  } finally {
    await transport.close()
  }
}

type Said = Omit<ServiceState, 'detail'> & Pick<ListedService, 'detail' | 'unknown'>
type Units = ReadonlyMap<string, Promise<ReadonlyMap<string, ServiceState>>>

/** Each node is asked once for all of its services. */
function unitStates(transport: Transport, placed: readonly PlacedService[]): Units {
  const here = placed.filter(({ by }) => by === SYSTEMD)
  const nodes = [...new Set(here.flatMap((one) => one.nodes))]
  return new Map(
    nodes.map((node) => {
      const services = here.filter((one) => one.nodes.includes(node)).map(({ service }) => service)
      const states = askUnits(transport, node, services)
      // Whoever waits for it is told.
      states.catch(() => undefined)
      return [node, states]
    }),
  )
}

async function ofNodes({ service, nodes }: PlacedService, units: Units): Promise<Said> {
  const states: ServiceState[] = []
  const unknown: string[] = []
  for (const node of nodes) {
    try {
      const state = (await units.get(node))?.get(service.name)
      if (state !== undefined) states.push(state)
    } catch (error) {
      unknown.push(`${node}: ${reasonOf(error)}`)
    }
  }
  const nexts = states.flatMap(({ next }) => next ?? []).toSorted((a, b) => a.getTime() - b.getTime())
  const [next] = nexts
  const detail = states.find((state) => state.detail !== undefined)?.detail
  return {
    instances: states.flatMap(({ instances }) => instances),
    ...(detail !== undefined && { detail }),
    ...(next && { next }),
    unknown,
  }
}

/** Through the first member that can be asked. */
async function asked(
  placed: PlacedService,
  probe: ServiceRunner | undefined,
  transport: Transport,
): Promise<Said> {
  const unknown: string[] = []
  if (probe === undefined) return { instances: [], unknown: [`${placed.by} has nobody who can be asked`] }
  for (const member of probe.members) {
    try {
      return { ...(await probe.ask(transport, member, placed)), unknown: [] }
    } catch (error) {
      unknown.push(`${member}: ${reasonOf(error)}`)
    }
  }
  return { instances: [], unknown }
}

function listed({ service: { name, run }, by }: PlacedService, said: Said): ListedService {
  const schedule = run !== undefined && 'work' in run ? run.schedule : undefined
  return { name, by, ...said, ...(schedule && { schedule: `${schedule.cron} ${schedule.timeZone}` }) }
}
