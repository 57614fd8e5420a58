/** Which nodes a run is about. */
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import { commandCodes } from '../diagnostics/catalogue/command.ts'
import type { Cluster } from '../topology/cluster.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'

/** Filters of a run: a node has to fit both. */
export interface Scope {
  readonly nodes?: readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
}

/** Names of the nodes in scope, in the order of the cluster file. Throws {@link DiagnosticsError} for an unknown name or an empty match. */
export function nodesInScope(cluster: Cluster, scope: Scope): string[] {
  const names = cluster.nodes.map(({ name }) => name)
  const roles = [...new Set(cluster.nodes.flatMap((node) => node.roles))]
  const unknown = [
    ...(scope.nodes ?? [])
      .filter((name) => !names.includes(name))
      .map((name) => ({ option: '--node', name, known: names })),
    ...(scope.roles ?? [])
      .filter((name) => !roles.includes(name))
      .map((name) => ({ option: '--role', name, known: roles })),
  ]
  if (unknown.length > 0) {
    throw new DiagnosticsError(
      unknown.map(({ option, name, known }) =>
        commandCodes.FILTER_UNKNOWN({ option, name, near: didYouMean(name, known), known }),
      ),
    )
  }
  const matching = cluster.nodes.filter(
    (node) =>
      (scope.nodes?.includes(node.name) ?? true) &&
      (scope.roles?.some((role) => node.roles.includes(role)) ?? true),
  )
  if (matching.length === 0) throw new DiagnosticsError([commandCodes.FILTER_MATCHES_NOTHING({})])
  return matching.map(({ name }) => name)
}
