/** Which nodes are asked what they are before anything is prepared. */
import { unseenRoleFacts } from '../../cluster-lock/cluster-lock.ts'
import { pinnedNames } from '../../delivery/transport/known-hosts.ts'
import type { ClusterNode } from '../../topology/node.ts'

/**
 * Nodes of which something is still to be asked before programs can be made. One whose host key is not pinned may be another board than the
 * one that is known by its name, and other nodes are told what it is.
 */
export function unseenNodes(
  nodes: readonly Pick<ClusterNode, 'name' | 'facts' | 'roles'>[],
  knownHostsFile: string,
): string[] {
  const pinned = pinnedNames(knownHostsFile)
  return nodes
    .filter(
      ({ name, facts, roles }) =>
        facts['machine_id'] === undefined || !pinned.has(name) || unseenRoleFacts(facts, roles).length > 0,
    )
    .map(({ name }) => name)
}
