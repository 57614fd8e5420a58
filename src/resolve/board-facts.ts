/** What a node's board is: what the cluster file says, else what the board said of itself, else what its model has. */
import type { NodeEntry } from '../cluster-file/node-schema.ts'
import { LABEL } from '../cluster-file/forms.ts'
import { ARCHITECTURES, architectureOf } from '../hardware/architecture.ts'
import { boardByModel } from '../hardware/boards.ts'
import { assumedMemoryBytes, modelFromDeviceTree, soldMemoryBytes } from '../hardware/identify.ts'
import { parseMemory } from '../hardware/memory.ts'
import type { BoardFacts } from '../topology/node.ts'

/** Facts by key, as the cluster lock keeps them. */
export type FactMap = Readonly<Record<string, string>>

/** Instruction set of the installed system; undefined before the first contact. */
export function systemArchitecture(facts: FactMap): string | undefined {
  return architectureOf(facts['debian'] ?? '', facts['machine'] ?? '')
}

/** Is everything that selectors can ask known of this node? If not, its facts must be read first. */
export function isBoardKnown(entry: NodeEntry, facts: FactMap | undefined): boolean {
  return (
    facts !== undefined ||
    (entry.model !== undefined && entry.memory !== undefined && entry.architecture !== undefined)
  )
}

/** The board of a node. What the cluster file says wins; a board that was never seen counts as a `pc`. */
export function boardFacts(entry: NodeEntry, facts: FactMap = {}): BoardFacts {
  const model = entry.model ?? (facts['model'] ? (knownModel(facts['model']) ?? 'pc') : 'pc')
  const board = boardByModel(model)
  const memoryBytes =
    (entry.memory !== undefined ? parseMemory(entry.memory) : undefined) ??
    seenMemoryBytes(model, facts) ??
    (board ? assumedMemoryBytes(board) : 0)
  return {
    model,
    memoryBytes,
    architecture:
      entry.architecture ??
      ARCHITECTURES.find((architecture) => architecture === facts['architecture']) ??
      systemArchitecture(facts) ??
      board?.architectures[0] ??
      'amd64',
    has: [...new Set([...entry.has, ...labelsIn(facts['has'] ?? '')])],
    labels: entry.labels,
  }
}

/** A node may say anything of itself: what is no amount of memory is as if it had said nothing. */
function seenMemoryBytes(model: string, facts: FactMap): number | undefined {
  const seen = Number(facts['memory'])
  return Number.isSafeInteger(seen) && seen > 0 ? soldMemoryBytes(model, seen) : undefined
}

function labelsIn(text: string): string[] {
  return text.split(',').filter((word) => LABEL.pattern.test(word))
}

/** A node of the lab says the model's id itself; a board says the text of its device tree. */
function knownModel(text: string): string | undefined {
  return boardByModel(text)?.id ?? modelFromDeviceTree(text)
}
