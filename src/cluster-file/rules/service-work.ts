/** What keeps a service running is one thing, and each key means something for it. */
import { servicesCodes } from '../../diagnostics/catalogue/services.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Positions } from '../positions.ts'
import { RUNS, type ServiceEntry } from '../service-schema.ts'

/** Mistakes in what one service runs. */
export function workProblems(
  name: string,
  service: ServiceEntry,
  positions: Positions,
): readonly Diagnostic[] {
  const { run } = service
  const found = run === undefined ? [] : RUNS.filter((one) => run[one] !== undefined)
  if (run !== undefined && found.length !== 1) {
    const where = positions.ofKey(['services', name, 'run'])
    return [servicesCodes.SERVICE_RUN_UNCLEAR({ service: name, found, choices: RUNS }, { where })]
  }
  return withoutUse(service, found[0]).map(({ path, because }) =>
    servicesCodes.SERVICE_KEY_WITHOUT_USE(
      { service: name, key: path.join('.'), because },
      { where: positions.ofKey(['services', name, ...path]) },
    ),
  )
}

interface Unused {
  readonly path: readonly string[]
  readonly because: string
}

/** What a program or a container has, and nothing else. */
const OF_WORK = ['env', 'memory', 'schedule', 'missed', 'time_zone', 'update'] as const
/** What belongs to a schedule. */
const OF_SCHEDULE = ['missed', 'time_zone'] as const
/** What is there all the time. */
const LASTING = ['port', 'check', 'update'] as const

function withoutUse(service: ServiceEntry, run: (typeof RUNS)[number] | undefined): readonly Unused[] {
  const said = (keys: readonly (keyof ServiceEntry)[], because: string): readonly Unused[] =>
    keys.filter((key) => isSaid(service[key])).map((key) => ({ path: [key], because }))
  if (run === undefined) return said(OF_WORK, 'nothing is run')
  if (run === 'unit') {
    const because = 'a unit says such things itself'
    const { args, by } = service.run ?? {}
    return [
      ...said(OF_WORK, because),
      ...Object.entries({ args, by }).flatMap(([key, value]) =>
        isSaid(value) ? [{ path: ['run', key], because }] : [],
      ),
    ]
  }
  if (service.schedule === undefined) return said(OF_SCHEDULE, 'it has no schedule')
  return said(LASTING, 'it runs on a schedule, and is away between its runs')
}

/** An empty list or map is what stands for nothing. */
function isSaid(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined
  return Object.keys(value).length > 0
}
