/** Finds nodes whose cards were copied from one another. */
import { rolesBaseCodes } from './codes.ts'
import { repeated } from '../../support/repeated.ts'
import type { RoleFinding } from '../role.ts'
import type { ClusterNode } from '../../topology/node.ts'

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
