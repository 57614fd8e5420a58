/** Which nodes stand on which, by the word of their roles. */
import type { Positions } from '../cluster-file/positions.ts'
import { loopsIn } from '../cluster-file/loops.ts'
import { resolveCodes } from '../diagnostics/catalogue/resolve.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Role } from '../roles/role.ts'
import type { Cluster } from '../topology/cluster.ts'
import type { ClusterNode } from '../topology/node.ts'

type Roles = Readonly<Record<string, Role>>

/** A node that goes after others, and the role that says so. */
interface Following {
  readonly after: string
  readonly role: string
}

/** The other nodes of the cluster that a node goes after. One that gives what its role stands on has it from itself, and waits for no other that gives it too. */
function following(cluster: Cluster, roles: Roles, node: ClusterNode): readonly Following[] {
  return cluster.usesOn(node.name).flatMap(({ role, options }) => {
    const givers = roles[role]?.follows?.({ options: options as never, node, cluster }) ?? []
    if (givers.includes(node.name)) return []
    return givers
      .filter((after) => cluster.nodes.some(({ name }) => name === after))
      .map((after) => ({ after, role }))
  })
}

/** Names of the nodes that come through before this one. */
export function followedBy(cluster: Cluster, roles: Roles, node: ClusterNode): readonly string[] {
  return [...new Set(following(cluster, roles, node).map(({ after }) => after))]
}

/** Nodes that would wait for each other. */
export function followLoops(
  cluster: Cluster,
  { roles, positions }: { readonly roles: Roles; readonly positions: Positions },
): Diagnostic[] {
  const byNode = new Map(cluster.nodes.map((node) => [node.name, following(cluster, roles, node)]))
  const next = (node: string): string[] => (byNode.get(node) ?? []).map(({ after }) => after)
  return loopsIn([...byNode.keys()], next).map((nodes) => {
    const steps = nodes.map((node, index) => {
      const after = nodes[(index + 1) % nodes.length]
      return byNode.get(node)?.find((one) => one.after === after)?.role ?? ''
    })
    const [first = '', ...others] = nodes
    return resolveCodes.FOLLOW_LOOP(
      { nodes, roles: [...new Set(steps)] },
      {
        where: positions.ofKey(['nodes', first]),
        also: others.map((node) => ({ place: positions.ofKey(['nodes', node]), note: node })),
      },
    )
  })
}
