/** The nodes of a run on which something differs. */
import type { PendingNode } from './turns.ts'
import type { UnderWay } from './under-way.ts'
import type { Observation } from './work.ts'

/** Each with its roles and what differs on it. */
export function pendingNodes(run: UnderWay, observations: readonly Observation[]): PendingNode[] {
  const rolesOf = (node: string): readonly string[] =>
    run.nodes.find(({ name }) => name === node)?.roles ?? []
  return observations.flatMap((seen) =>
    seen.reached && seen.pending.length > 0
      ? [{ name: seen.node, roles: rolesOf(seen.node), pending: seen.pending, isManaged: seen.isManaged }]
      : [],
  )
}
