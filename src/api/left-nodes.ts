/** Nodes that the cluster lock knows and the cluster file does not have any more. */
import { clusterCodes } from '../diagnostics/catalogue/cluster.ts'
import type { Diagnostic, FilePlace } from '../diagnostics/diagnostic.ts'
import type { ClusterLock } from '../cluster-lock/cluster-lock.ts'

/** A node whose name alone changed is still there: its machine id tells. */
function isRenamed(lock: ClusterLock, node: string, names: readonly string[]): boolean {
  const id = lock.nodes[node]?.['machine_id']
  return id !== undefined && names.some((name) => lock.nodes[name]?.['machine_id'] === id)
}

/** Names of nodes on which Bramble may have left something: they were logged in to before, and left the file since. */
export function leftNodes(lock: ClusterLock, names: readonly string[]): string[] {
  return Object.entries(lock.nodes)
    .filter(([node, facts]) => !names.includes(node) && facts['runtime'] !== undefined)
    .map(([node]) => node)
    .filter((node) => !isRenamed(lock, node, names))
    .sort()
}

/** A warning for each of them. `choices` of the lock say where a selector had put it. */
export function leftNodeWarnings(
  lock: ClusterLock,
  names: readonly string[],
  where: FilePlace,
): readonly Diagnostic[] {
  return leftNodes(lock, names).map((node) => {
    const chosen = Object.entries(lock.choices).filter(([, on]) => on.includes(node))
    return clusterCodes.NODE_LEFT_RUNNING({ node, names: chosen.map(([name]) => name) }, { where })
  })
}

/** The lock without the nodes that left, once a complete apply has taken them out of the engines. */
export function withoutLeftNodes(lock: ClusterLock, names: readonly string[]): ClusterLock {
  const left = Object.keys(lock.nodes).filter((node) => !names.includes(node))
  if (left.length === 0) return lock
  return {
    ...lock,
    nodes: Object.fromEntries(Object.entries(lock.nodes).filter(([node]) => names.includes(node))),
  }
}
