/** What a node is said to be has to fit its board. */
import { clusterCodes } from '../../diagnostics/catalogue/cluster.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { boardByModel } from '../../hardware/boards.ts'
import { formatMemory, parseMemory } from '../../hardware/memory.ts'
import type { NodeEntry } from '../node-schema.ts'
import type { Positions } from '../positions.ts'
import type { Rule } from './rule.ts'

const MIB = 1024 ** 2

/** The architecture is one that the model has, the memory one that it is sold with. */
export const boardsFit: Rule = (file, positions) =>
  Object.entries(file.nodes).flatMap(([name, node]) => boardFits(name, node, positions))

function boardFits(
  name: string,
  { model, architecture, memory }: NodeEntry,
  positions: Positions,
): Diagnostic[] {
  const board = boardByModel(model ?? '')
  if (board === undefined || model === undefined) return []
  const found: Diagnostic[] = []
  if (architecture !== undefined && !board.architectures.includes(architecture)) {
    const details = { architecture, model, known: board.architectures }
    const where = positions.of(['nodes', name, 'architecture'])
    found.push(clusterCodes.ARCHITECTURE_NOT_OF_MODEL(details, { where }))
  }
  const bytes = memory === undefined ? undefined : parseMemory(memory)
  if (bytes !== undefined && board.memoryMib.length > 0 && !board.memoryMib.includes(bytes / MIB)) {
    const sold = board.memoryMib.map((mib) => formatMemory(mib * MIB))
    const where = positions.of(['nodes', name, 'memory'])
    found.push(clusterCodes.MEMORY_NOT_OF_MODEL({ memory: formatMemory(bytes), model, sold }, { where }))
  }
  return found
}
