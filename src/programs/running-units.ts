/** What systemd keeps running of the declared services. */
import { workResources, type WorkSurroundings } from '../engines/systemd/work-resources.ts'
import { addressOf, type LocalAddress, type Resource } from '../resources/kind.ts'
import { service } from '../resources/service/service.ts'
import type { Cluster } from '../topology/cluster.ts'
import type { ClusterService } from '../topology/service.ts'
import type { WantedResource } from './merge-resources.ts'

/** What keeps the declared services of a node running. A unit that a role of the node keeps running is left to it. */
export function runningUnits(
  cluster: Pick<Cluster, 'isSecret' | 'servicesOn'>,
  node: string,
  ofRoles: readonly WantedResource[],
): WantedResource[] {
  const kept = new Set(
    ofRoles.filter(({ resource }) => keepsRunning(resource)).map(({ resource }) => addressOf(resource)),
  )
  const brought = new Set(ofRoles.map(({ resource }) => addressOf(resource)))
  const surroundings = {
    isBrought: (address: LocalAddress) => brought.has(address),
    isSecret: cluster.isSecret,
  }
  return cluster
    .servicesOn(node)
    .flatMap((one) => resourcesOf(one, surroundings))
    .filter(({ resource }) => !kept.has(addressOf(resource)))
}

function resourcesOf({ name, run }: ClusterService, surroundings: WorkSurroundings): WantedResource[] {
  if (run === undefined) return []
  const wanted = (resource: Resource, key: string): WantedResource => ({
    resource,
    role: 'services',
    path: ['services', name, 'run', key],
  })
  if ('unit' in run) return [wanted(service({ name: run.unit, broughtByOthers: true }), 'unit')]
  const { work, ...rest } = run
  // That systemd runs no containers was told.
  if (!('binary' in work)) return []
  const made = workResources({ ...rest, name, binary: work.binary }, surroundings)
  return made.map((resource) => wanted(resource, 'binary'))
}

/** The first two columns of a unit say whether it is enabled and whether it runs. */
function keepsRunning({ kind, row: [enabled, state] }: Resource): boolean {
  return kind === 'service' && enabled === 'yes' && state === 'running'
}
