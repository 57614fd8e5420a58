/** What the roles of a cluster say of the order in which its nodes take a step. */
import { followedBy } from '../resolve/follows.ts'
import type { Resolved } from '../resolve/resolve.ts'
import type { Pace } from '../topology/pace.ts'

/** A node, as far as the order goes by it. */
export interface OrderedNode {
  readonly name: string
  readonly roles: readonly string[]
  /** Nodes that it stands on. */
  readonly follows: readonly string[]
  /** The node that it is reached through. */
  readonly through?: string
  /** What others may miss of it: roles, and services that the cluster file declares. */
  readonly paces: readonly { readonly of: string; readonly pace?: Pace | undefined }[]
}

/** These nodes, in the order of the cluster file. */
export function orderedNodes(
  { cluster, roles }: Pick<Resolved, 'cluster' | 'roles'>,
  inScope: ReadonlySet<string>,
): readonly OrderedNode[] {
  return cluster.nodes
    .filter(({ name }) => inScope.has(name))
    .map((node) => ({
      name: node.name,
      roles: node.roles,
      follows: followedBy(cluster, roles, node),
      ...(node.reachedThrough !== undefined && { through: node.reachedThrough }),
      paces: [
        ...node.roles.map((role) => ({ of: role, pace: roles[role]?.pace })),
        ...cluster.servicesOn(node.name).map(({ name }) => ({ of: `service ${name}` })),
      ],
    }))
}
