/** Boards and systems for which there is no Nomad. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { boardsWithout64Bits } from '../unserved-boards.ts'
import { rolesNomadCodes } from './codes.ts'

/** A mistake, with the node that it is about. */
export interface BoardFinding {
  readonly diagnostic: Omit<Diagnostic, 'where'>
  readonly node: string
}

/** Findings about the nodes that are to have an agent. */
export function boardFindings(
  cluster: Pick<Cluster, 'lab'>,
  nodes: readonly ClusterNode[],
): readonly BoardFinding[] {
  return boardsWithout64Bits(cluster, nodes).map((details) => ({
    diagnostic: rolesNomadCodes.NOMAD_BOARD_32_BIT(details),
    node: details.node,
  }))
}
