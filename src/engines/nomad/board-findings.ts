/** Boards and systems for which there is no Nomad. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { rolesNomadCodes } from './codes.ts'

/** A mistake, with the node that it is about. */
export interface BoardFinding {
  readonly diagnostic: Omit<Diagnostic, 'where'>
  readonly node: string
}

/** Findings about the nodes that are to have an agent. In the lab a node runs this computer's programs, and stands for its board all the same. */
export function boardFindings(
  { lab }: Pick<Cluster, 'lab'>,
  nodes: readonly ClusterNode[],
): readonly BoardFinding[] {
  return nodes.flatMap(({ name: node, board, architecture: system }) => {
    const own = [board.architecture, ...(lab ? [] : [system])]
    const architecture = own.find((one) => one.startsWith('armv'))
    if (architecture === undefined) return []
    const details = { node, model: board.model, architecture }
    return [{ diagnostic: rolesNomadCodes.NOMAD_BOARD_32_BIT(details), node }]
  })
}
