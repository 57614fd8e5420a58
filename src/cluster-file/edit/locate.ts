/** Finds the nodes of a YAML document by the path of their value, through aliases and merge keys as a reader would. */
import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Document, Node, Pair, YAMLMap, YAMLSeq } from 'yaml'
import type { KeyPath } from '../positions.ts'

/** A pair of a map as the parser leaves it. */
export type YamlPair = Pair<Node, Node | null>

/** Where a value stands. */
export interface Located {
  /** The value itself, an alias as such; null where nothing is written behind the key. */
  readonly node: Node | null
  /** What holds it; undefined at the top. */
  readonly parent?: YAMLMap | YAMLSeq
  /** Its place among the entries of the parent. */
  readonly index: number
}

/** Where the value of a path stands; undefined when there is no such place, or none of its own. */
export function locate(document: Document, path: KeyPath): Located | undefined {
  let at: Located = { node: document.contents, index: 0 }
  for (const step of path) {
    const found = entryOf(document, resolved(document, at.node), step)
    if (found === undefined) return undefined
    at = found
  }
  return at
}

/** What a node stands for. */
export function resolved(document: Document, node: Node | null): Node | null {
  return isAlias(node) ? ((node.resolve(document) as Node | undefined) ?? null) : node
}

/** The pairs of a map. */
export function pairsOf(map: YAMLMap): readonly YamlPair[] {
  return map.items as unknown as readonly YamlPair[]
}

/** The key of a pair as it was written. */
export function keyText({ key }: YamlPair): string | undefined {
  if (!isScalar(key)) return undefined
  const { type, source, value } = key
  return String(type === 'PLAIN' ? (source ?? value) : value)
}

function entryOf(document: Document, node: Node | null, step: string | number): Located | undefined {
  if (isSeq(node)) {
    const index = Number(step)
    return index < node.items.length
      ? { node: node.items[index] as Node | null, parent: node, index }
      : undefined
  }
  if (!isMap(node)) return undefined
  const index = pairsOf(node).findIndex((pair) => keyText(pair) === String(step))
  if (index >= 0) return { node: pairsOf(node)[index]?.value ?? null, parent: node, index }
  const sources = pairsOf(node)
    .filter((pair) => keyText(pair) === '<<')
    .flatMap(({ value }) => {
      const source = resolved(document, value)
      return isSeq(source) ? source.items.map((item) => resolved(document, item as Node)) : [source]
    })
  for (const source of sources) {
    const found = entryOf(document, source, step)
    if (found) return found
  }
  return undefined
}
