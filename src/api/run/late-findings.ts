/** What roles object to once the nodes were looked at: facts that were not known, or were others, when the run was prepared. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { ClusterLock } from '../../cluster-lock/cluster-lock.ts'
import type { Resolved } from '../../resolve/resolve.ts'
import { resolveSource, type ClusterSource } from '../open.ts'

/** Errors that the facts in this lock bring about; none while they are those that the run was prepared with. */
export function lateFindings(
  source: ClusterSource,
  prepared: Resolved,
  lock: ClusterLock,
): readonly Diagnostic[] {
  if (lock.nodes === prepared.lock.nodes) return []
  const { diagnostics } = resolveSource({ ...source, lock: { ...prepared.lock, nodes: lock.nodes } })
  return diagnostics.filter(({ severity }) => severity === 'error')
}
