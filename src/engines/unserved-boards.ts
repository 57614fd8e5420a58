/** Boards and systems for which the maker of an engine builds nothing. */
import type { Cluster } from '../topology/cluster.ts'
import type { ClusterNode } from '../topology/node.ts'

/** A node, and the architecture that nothing is built for. */
export interface UnservedBoard {
  readonly node: string
  readonly model: string
  readonly architecture: string
}

/**
 * Nodes with a 32-bit board or system, for engines that are built for 64 bits alone. In the lab a node runs this computer's programs, and
 * stands for its board all the same.
 */
export function boardsWithout64Bits(
  { lab }: Pick<Cluster, 'lab'>,
  nodes: readonly ClusterNode[],
): readonly UnservedBoard[] {
  return nodes.flatMap(({ name: node, board, architecture: system }) => {
    const own = [board.architecture, ...(lab ? [] : [system])]
    const architecture = own.find((one) => one.startsWith('armv'))
    return architecture === undefined ? [] : [{ node, model: board.model, architecture }]
  })
}
