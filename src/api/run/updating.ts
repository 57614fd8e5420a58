/** What a run of updates is told besides: who is in the cluster, and until when a node may be begun with. */
import { isOpen } from '../../cluster-file/update-window.ts'
import { updateCodes } from '../../diagnostics/catalogue/updates.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import type { Updating } from '../../rollout/work.ts'
import type { OpenedCluster } from '../open.ts'
import type { Prepared } from './prepare.ts'

/** Undefined for any other run. */
export function updatingOf(
  { source: { file, updating } }: OpenedCluster,
  { resolved }: Prepared,
  anyTime: boolean,
): Updating | undefined {
  if (!updating) return undefined
  return {
    members: resolved.cluster.nodes.map(({ name }) => name),
    closed: () => {
      if (anyTime || file.window === undefined || isOpen(file.window, new Date())) return undefined
      const { code, summary: message, why, fix } = updateCodes.UPDATE_WINDOW_CLOSED(file.window)
      return { code, message, why, fix }
    },
  }
}

/** Where no node is to be brought up to date, nothing would differ, and that would read as if nothing waited. */
export function refuseWithoutRole({ nodes, program }: Prepared): void {
  const isMeant = (node: string): boolean =>
    [...program(node).resources.values()].some(({ resource }) => resource.kind === 'system-update')
  if (!nodes.some(isMeant)) throw new DiagnosticsError([updateCodes.UPDATE_WITHOUT_ROLE({ nodes })])
}
