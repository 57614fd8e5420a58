/** How services stand that the systemd of a node runs, by its own word. */
import type { NodeLink } from '../contract.ts'
import type { ServiceInstance, ServiceState } from '../service-runner.ts'
import type { ClusterService } from '../../topology/service.ts'
import { unitOfService, workTimer } from './names.ts'

const PROPERTIES = 'Id,LoadState,ActiveState,SubState,Result,StateChangeTimestamp,NextElapseUSecRealtime'

/** What systemd says of a unit. */
type Shown = Readonly<Record<string, string>>

/** Asks a node about some of its services, in one process. Rejects with a sentence when it cannot be asked. */
export async function askUnits(
  link: Pick<NodeLink, 'run'>,
  node: string,
  services: readonly ClusterService[],
): Promise<ReadonlyMap<string, ServiceState>> {
  const units = services.flatMap((service) => [...unitsOf(service)])
  if (units.length === 0) return new Map()
  // Times are told in the zone and the language of who asks.
  const argv = ['env', 'TZ=UTC', 'LC_ALL=C', 'systemctl', 'show', `--property=${PROPERTIES}`, '--', ...units]
  const { code, stdout, stderr } = await link.run(node, argv)
  if (code !== 0) throw new Error(`systemctl ended with ${code}: ${stderr.trim()}`)
  const shown = new Map(unitsIn(stdout.toString()).map((unit) => [unit['Id'] ?? '', unit]))
  return new Map(services.map((service) => [service.name, stateOf(service, node, shown)]))
}

function unitsOf(service: ClusterService): readonly string[] {
  const unit = unitOfService(service)
  if (unit === undefined) return []
  const name = /\.[a-z]+$/.test(unit) ? unit : `${unit}.service`
  return isScheduled(service) ? [name, workTimer(service.name)] : [name]
}

function isScheduled({ run }: ClusterService): boolean {
  return run !== undefined && 'work' in run && run.schedule !== undefined
}

/** One block of lines for each unit, with an empty line between them. */
function unitsIn(text: string): readonly Shown[] {
  return text
    .split(/\n\n+/)
    .filter((block) => block.trim() !== '')
    .map((block) =>
      Object.fromEntries(
        block.split('\n').map((line) => {
          const at = line.indexOf('=')
          return [line.slice(0, at), line.slice(at + 1)]
        }),
      ),
    )
}

function stateOf(service: ClusterService, node: string, shown: ReadonlyMap<string, Shown>): ServiceState {
  const [name = '', timerName = ''] = unitsOf(service)
  if (name === '') return { instances: [], detail: 'nothing is run here: it is only announced' }
  const unit = shown.get(name)
  const timer = shown.get(timerName)
  const next = timeIn(timer?.['NextElapseUSecRealtime'])
  return {
    instances: [instanceOf(node, unit, isScheduled(service) ? timer : undefined)],
    ...(next && { next }),
  }
}

function instanceOf(node: string, unit: Shown | undefined, timer: Shown | undefined): ServiceInstance {
  const { LoadState, ActiveState = 'unknown', SubState, Result, StateChangeTimestamp } = unit ?? {}
  const since = timeIn(StateChangeTimestamp)
  const at = { node, ...(since && { since }) }
  if (LoadState === 'not-found') return { ...at, state: 'there is no such unit', isWrong: true }
  if (ActiveState === 'failed') return { ...at, state: `failed: ${Result ?? 'unknown'}`, isWrong: true }
  if (timer !== undefined) {
    if (timer['ActiveState'] !== 'active') return { ...at, state: 'its timer does not run', isWrong: true }
    // What is run to its end is on its way there (systemd.service(5), `Type=oneshot`).
    const isAtWork = ActiveState === 'activating'
    return { ...at, state: isAtWork ? 'running' : 'waits for its next run', isWrong: false }
  }
  if (ActiveState === 'active') return { ...at, state: 'running', isWrong: false }
  return { ...at, state: `${ActiveState} (${SubState ?? 'unknown'})`, isWrong: true }
}

/** `Mon 2026-11-30 22:22:51 UTC`; undefined for no time. */
function timeIn(text: string | undefined): Date | undefined {
  const [, day, time] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/.exec(text ?? '') ?? []
  return day === undefined ? undefined : new Date(`${day}T${time}Z`)
}
