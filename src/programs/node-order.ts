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
  /** Nodes that stand on what is taken from it: they come through first. */
  readonly lastAfter?: readonly string[]
  /** Others stand all the time on what it gives. */
  readonly carries?: boolean
  /** The node that it is reached through. */
  readonly through?: string
  /** What others may miss of it: roles, and services that the cluster file declares. */
  readonly paces: readonly { readonly of: string; readonly pace?: Pace | undefined }[]
}

/** These nodes, in the order of the cluster file. */
export function orderedNodes(
  { cluster, roles, bare, complete }: Pick<Resolved, 'cluster' | 'roles' | 'bare' | 'complete'>,
  inScope: ReadonlySet<string>,
): readonly OrderedNode[] {
  const leaving = complete.nodes.filter(({ name }) => bare.has(name))
  const stoodOn = new Map(leaving.map((node) => [node.name, followedBy(complete, roles, node)]))
  const standingOn = (name: string): string[] =>
    [...stoodOn].flatMap(([node, after]) => (after.includes(name) ? [node] : []))
  return cluster.nodes
    .filter(({ name }) => inScope.has(name))
    .map((node) => ({
      name: node.name,
      roles: node.roles,
      follows: followedBy(cluster, roles, node),
      ...(bare.has(node.name) && { lastAfter: standingOn(node.name) }),
      ...(cluster
        .usesOn(node.name)
        .some(({ role, options }) =>
          roles[role]?.carries?.({ options: options as never, node, cluster }),
        ) && {
        carries: true,
      }),
      ...(node.reachedThrough !== undefined && { through: node.reachedThrough }),
      paces: [
        ...node.roles.map((role) => ({ of: role, pace: roles[role]?.pace })),
        ...cluster.servicesOn(node.name).map(({ name }) => ({ of: `service ${name}` })),
      ],
    }))
}
