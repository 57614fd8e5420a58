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

/** What the order of nodes is read from. */
type Known = Pick<Resolved, 'cluster' | 'roles' | 'bare' | 'complete' | 'lock'>

/** These nodes, in the order of the cluster file. */
export function orderedNodes(known: Known, inScope: ReadonlySet<string>): readonly OrderedNode[] {
  const { cluster, roles } = known
  const follows = new Map(cluster.nodes.map((node) => [node.name, followedBy(cluster, roles, node)]))
  const lastAfter = lastAfterIn(known, follows)
  return cluster.nodes
    .filter(({ name }) => inScope.has(name))
    .map((node) => ({
      name: node.name,
      roles: node.roles,
      follows: follows.get(node.name) ?? [],
      ...lastAfter(node.name),
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

/** Says of a node who stands on what is taken from it: on one that is laid bare as the file has it, on others by the memory of the lock. */
function lastAfterIn(
  { roles, bare, complete, lock }: Known,
  follows: ReadonlyMap<string, readonly string[]>,
): (name: string) => Pick<OrderedNode, 'lastAfter'> {
  const laidBare = complete.nodes.filter(({ name }) => bare.has(name))
  const stoodOn = laidBare.map((node) => [node.name, followedBy(complete, roles, node)] as const)
  const before = Object.entries(lock.follows ?? {})
  return (name) => {
    const standing = stoodOn.filter(([, after]) => bare.has(name) && after.includes(name))
    // Who has stood on it, and does no more, has something of it until it was changed.
    const leaving = before.filter(
      ([node, after]) => after.includes(name) && follows.get(node)?.includes(name) === false,
    )
    const all = [...new Set([...standing, ...leaving].map(([node]) => node))]
    return bare.has(name) || all.length > 0 ? { lastAfter: all } : {}
  }
}
