/** Who keeps a declared service running, and where. */
import type { Positions } from '../cluster-file/positions.ts'
import { parseSchedule, scheduleText } from '../cluster-file/schedule.ts'
import type { ClusterFile } from '../cluster-file/schema.ts'
import type { Choice } from '../cluster-file/select.ts'
import { serviceSelection } from '../cluster-file/selector.ts'
import { secondsIn } from '../cluster-file/forms.ts'
import { servicesCodes } from '../diagnostics/catalogue/services.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { parseMemory } from '../hardware/memory.ts'
import {
  SYSTEMD,
  type ClusterService,
  type PlacedService,
  type ServiceRun,
  type ServiceSchedule,
} from '../topology/service.ts'

/** A service in the cluster file. */
type Entry = ClusterFile['services'][string]

/** Who keeps it running, and where. */
export type ServicePlace = Pick<PlacedService, 'by' | 'nodes'>

/** What placing a service goes by. */
export interface ServiceSurroundings {
  /** Nodes by who gives work to them, in the order of the cluster file. */
  readonly orchestrated: ReadonlyMap<string, readonly string[]>
  readonly choose: (choice: Choice) => readonly string[]
}

const DEFAULT_MEMORY = 128

/** Places one service: what is work goes to who gives work to its nodes, everything else to their systemd. */
export function placeService(
  name: string,
  entry: Entry,
  { orchestrated, choose }: ServiceSurroundings,
): ServicePlace {
  const on = serviceSelection(entry)
  const path = ['services', name, entry.on !== undefined ? 'on' : entry.needs.length > 0 ? 'needs' : 'run']
  if (isWork(entry) && entry.run?.by !== SYSTEMD) {
    const possible = choose({ on, path })
    // That nothing fits was told.
    if (possible.length === 0) return { by: SYSTEMD, nodes: [] }
    for (const [by, theirs] of orchestrated) {
      const nodes = possible.filter((node) => theirs.includes(node))
      if (nodes.length > 0 && (entry.run?.by ?? by) === by) return { by, nodes }
    }
  }
  const count = countOf(entry)
  return { by: SYSTEMD, nodes: choose({ on, path, count: count === 'all' ? undefined : count }) }
}

/** What cannot be done where services were placed, as far as systemd is meant. */
export function placeProblems(
  { services }: ClusterFile,
  places: ReadonlyMap<string, ServicePlace>,
  orchestrated: ServiceSurroundings['orchestrated'],
  positions: Positions,
): readonly Diagnostic[] {
  return Object.entries(services).flatMap(([service, entry]) => {
    const by = entry.run?.by
    const at = (...path: string[]) => ({ where: positions.of(['services', service, ...path]) })
    if (places.get(service)?.by !== SYSTEMD) return []
    if (by !== undefined && by !== SYSTEMD) {
      const known = [...orchestrated.keys(), SYSTEMD]
      return [servicesCodes.SERVICE_BY_NOBODY({ service, by, known }, at('run', 'by'))]
    }
    if (entry.run?.container !== undefined) {
      const details = {
        service,
        what: 'runs no containers',
        why: 'nobody would pull its image, start it or see that it is well',
        fix: 'give a node that may run it the roles docker and nomad-client; in a Swarm, write it as a stack of swarm-manager',
      }
      return [servicesCodes.SERVICE_BEYOND_SYSTEMD(details, at('run', 'container'))]
    }
    return entry.update === undefined
      ? []
      : [servicesCodes.SERVICE_CHANGES_AT_ONCE({ service }, at('update'))]
  })
}

/** A service as all see it. */
export function serviceOf(name: string, entry: Entry): ClusterService {
  const { port, to, tags, meta, check } = entry
  const run = runOf(entry)
  return {
    name,
    ...(port !== undefined && { port, to }),
    tags,
    meta,
    checks: check,
    ...(run && { run }),
  }
}

function isWork({ run }: Entry): boolean {
  return run?.binary !== undefined || run?.container !== undefined
}

function countOf(entry: Entry): number | 'all' {
  return entry.count ?? (isWork(entry) ? 1 : 'all')
}

function runOf(entry: Entry): ServiceRun | undefined {
  const { unit, binary, container, args = [] } = entry.run ?? {}
  if (unit !== undefined) return { unit }
  const work = binary !== undefined ? { binary } : container !== undefined ? { container } : undefined
  if (work === undefined) return undefined
  const { parallel = 1, healthy = '10s', within = '5m' } = entry.update ?? {}
  const schedule = scheduleOf(entry)
  return {
    work,
    args,
    env: entry.env,
    memoryMebibytes: mebibytesIn(entry.memory),
    count: countOf(entry),
    ...(schedule && { schedule }),
    update: { parallel, healthySeconds: secondsIn(healthy), withinSeconds: secondsIn(within) },
  }
}

function mebibytesIn(memory: string | undefined): number {
  const bytes = memory === undefined ? undefined : parseMemory(memory)
  return bytes === undefined ? DEFAULT_MEMORY : Math.max(1, Math.round(bytes / 1024 ** 2))
}

function scheduleOf({
  schedule,
  missed = 'skip',
  time_zone: timeZone = 'UTC',
}: Entry): ServiceSchedule | undefined {
  const parsed = schedule === undefined ? undefined : parseSchedule(schedule)
  if (parsed === undefined || typeof parsed === 'string') return undefined
  return { cron: scheduleText(parsed), timeZone, missed }
}
