/** What the units of declared services are called, and what else there is of them on a node. */
import type { ClusterService } from '../../topology/service.ts'

/** Folder with the environment of each service. */
export const ENVIRONMENT_FOLDER = '/etc/bramble-services'

/** The file with the environment of a service. */
export function environmentFile(service: string): string {
  return `${ENVIRONMENT_FOLDER}/${service}.env`
}

/** The unit that we make for a service. */
export function workUnit(service: string): string {
  return `bramble-${service}.service`
}

/** What starts that unit at the times of a schedule. */
export function workTimer(service: string): string {
  return `bramble-${service}.timer`
}

/** The unit in which a service runs; undefined where nothing is run. */
export function unitOfService({ name, run }: ClusterService): string | undefined {
  if (run === undefined) return undefined
  return 'unit' in run ? run.unit : workUnit(name)
}
