/** Which nodes the words of a command choose, for whoever works on nodes without a run. */
import { nodesInScope, oneNode, type Scope } from '../programs/scope.ts'
import type { OpenedCluster } from './open.ts'

/** Names of the chosen nodes in the order of the cluster file. Throws `DiagnosticsError` for an unknown word or when nothing fits. */
export function chosenNodes(cluster: OpenedCluster, scope: Scope): readonly string[] {
  return nodesInScope(cluster.resolved, scope)
}

/** The one node that the words choose. Throws `DiagnosticsError` when that is none or several. */
export function chosenNode(cluster: OpenedCluster, words: string): string {
  return oneNode(cluster.resolved, words)
}
