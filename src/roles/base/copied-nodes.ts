/** Finds nodes whose cards were copied from one another. */
import { rolesBaseCodes } from '../../diagnostics/catalogue/roles-base.ts'
import type { RoleFinding } from '../role.ts'
import type { ClusterNode } from '../../topology/node.ts'

/** Pairs of a node and the first one before it that has the same value; nodes without a value are left out. */
function repeated(
  nodes: readonly ClusterNode[],
  valueOf: (node: ClusterNode) => string | undefined,
): { node: string; other: string; value: string }[] {
  const first = new Map<string, string>()
  return nodes.flatMap((node) => {
    const value = valueOf(node)
    if (value === undefined || value === '') return []
    const other = first.get(value)
    if (other === undefined) first.set(value, node.name)
    return other === undefined ? [] : [{ node: node.name, other, value }]
  })
}

/** The type and the key; the comment behind them says nothing. */
function hostKey({ facts }: ClusterNode): string | undefined {
  return facts['ssh_host_key']?.split(' ').slice(0, 2).join(' ')
}

/** One finding for each node that has the machine id or the SSH host key of a node before it. */
export function copiedNodes(nodes: readonly ClusterNode[]): RoleFinding[] {
  return [
    ...repeated(nodes, ({ facts }) => facts['machine_id']).map(({ node, other, value }) => ({
      node,
      diagnostic: rolesBaseCodes.DUPLICATE_MACHINE_ID({ node, other, machineId: value }),
    })),
    ...repeated(nodes, hostKey).map(({ node, other }) => ({
      node,
      diagnostic: rolesBaseCodes.DUPLICATE_SSH_HOST_KEY({ node, other }),
    })),
  ]
}
