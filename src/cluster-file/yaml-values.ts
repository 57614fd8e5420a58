/** Turns parsed YAML nodes into plain values: aliases, merge keys and duplicate keys are settled here, within bounds. */
import { isAlias, isMap, isScalar, isSeq } from 'yaml'
import type { Alias, Node, Scalar, YAMLMap, YAMLSeq } from 'yaml'
import { readingCodes } from '../diagnostics/catalogue/reading.ts'
import type { Diagnostic, FilePlace } from '../diagnostics/diagnostic.ts'
import type { Span } from './text-lines.ts'
import { DEPTH_LIMIT } from './yaml-document.ts'

/** A value and where it, its key and its parts stand. */
export interface ValueTree {
  readonly value?: unknown
  readonly span: Span
  readonly keySpan?: Span
  /** The value goes over several lines, so that its key is the better place to point at. */
  readonly wide?: boolean
  readonly children?: ReadonlyMap<string | number, ValueTree>
  /** Number of values in it, aliases counted with what they stand for. */
  readonly size?: number
  /** Levels of lists and maps in it, those behind aliases too. */
  readonly depth?: number
}

/** Values that a file may come to; a thousand nodes take about ten thousand. */
const SIZE_LIMIT = 200_000

const NOTHING: ValueTree = { value: null, span: [0, 0], size: 1 }

/** Reads one document. What is wrong with it ends up in `diagnostics`. */
export class YamlValues {
  readonly diagnostics: Diagnostic[] = []
  readonly #place: (span: Span) => FilePlace
  /** Anchors seen so far; null while what they name is still being read. */
  readonly #anchors = new Map<string, ValueTree | null>()
  /** Values put into maps and lists so far. */
  #spent = 0
  #tooLarge = false

  constructor(place: (span: Span) => FilePlace) {
    this.#place = place
  }

  /** The value of a node with everything in it. */
  read(node: Node | null | undefined): ValueTree {
    if (node === null || node === undefined || this.#tooLarge) return NOTHING
    if (isAlias(node)) return this.#alias(node)
    const { anchor } = node
    if (anchor !== undefined) this.#anchors.set(anchor, null)
    const tree = this.#bounded(this.#content(node))
    if (anchor !== undefined) this.#anchors.set(anchor, tree)
    return tree
  }

  #content(node: Node): ValueTree {
    if (isMap(node)) return this.#map(node)
    if (isSeq(node)) return this.#list(node)
    return { value: isScalar(node) ? scalarValue(node) : null, span: spanOf(node), size: 1 }
  }

  #list(node: YAMLSeq): ValueTree {
    const items = node.items.map((item) => this.read(item as Node))
    return {
      value: items.map(({ value }) => value),
      span: spanOf(node),
      wide: node.flow !== true,
      children: new Map(items.entries()),
      ...extentOf(items),
    }
  }

  #map(node: YAMLMap): ValueTree {
    const own = new Map<string, ValueTree>()
    const merged = new Map<string, ValueTree>()
    for (const { key, value } of node.items as { key: Node | null; value: Node | null }[]) {
      const name = this.#keyName(key, node)
      const tree = this.read(value)
      if (name === undefined) continue
      const keySpan = key === null ? spanOf(node) : spanOf(key)
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') this.#merge(merged, tree, keySpan)
      else this.#put(own, name, { ...tree, ...(value === null && { span: keySpan }), keySpan })
    }
    const children = new Map<string | number, ValueTree>([...merged, ...own])
    return {
      value: Object.fromEntries([...children].map(([name, { value }]) => [name, value])),
      span: spanOf(node),
      wide: node.flow !== true,
      children,
      ...extentOf(children.values()),
    }
  }

  #put(own: Map<string, ValueTree>, name: string, tree: ValueTree & { readonly keySpan: Span }): void {
    const first = own.get(name)
    if (first === undefined) {
      own.set(name, tree)
      return
    }
    const also = [{ place: this.#place(first.keySpan ?? first.span), note: 'the first one' }]
    const where = this.#place(tree.keySpan)
    this.diagnostics.push(readingCodes.YAML_DUPLICATE_KEY({ key: name }, { where, also }))
  }

  /** Earlier maps win over later ones (yaml.org/type/merge.html). */
  #merge(merged: Map<string, ValueTree>, tree: ValueTree, keySpan: Span): void {
    if (this.#tooLarge) return
    const sources = Array.isArray(tree.value) ? [...(tree.children?.values() ?? [])] : [tree]
    for (const source of sources) {
      if (source.children === undefined || Array.isArray(source.value)) {
        this.diagnostics.push(readingCodes.YAML_MERGE({}, { where: this.#place(keySpan) }))
        continue
      }
      this.#spend(source.children.size, source)
      if (this.#tooLarge) return
      for (const [name, child] of source.children) {
        if (!merged.has(String(name))) merged.set(String(name), child)
      }
    }
  }

  /** A key as it was written: `01` and `1.0` stay what they are. */
  #keyName(key: Node | null, owner: Node): string | undefined {
    const name = isScalar(key) && key.value !== null ? String(scalarText(key)) : undefined
    // No key may be taken for a part of JavaScript's own objects.
    if (name !== undefined && name !== '__proto__') return name
    const where = this.#place(spanOf(key ?? owner))
    this.diagnostics.push(readingCodes.YAML_KEY_NOT_TEXT({}, { where }))
    return undefined
  }

  #alias(node: Alias): ValueTree {
    const tree = this.#anchors.get(node.source)
    if (tree) return this.#bounded(tree)
    const problem = tree === null ? 'loop' : 'unknown'
    const where = this.#place(spanOf(node))
    this.diagnostics.push(readingCodes.YAML_ALIAS({ alias: node.source, problem }, { where }))
    return NOTHING
  }

  /** Refuses what aliases make larger or deeper than any cluster is, before somebody walks through it. */
  #bounded(tree: ValueTree): ValueTree {
    const { size = 1, depth = 0, children } = tree
    if (size > SIZE_LIMIT) this.#refuse(`${SIZE_LIMIT} values`, tree)
    else if (depth > DEPTH_LIMIT) this.#refuse(`${DEPTH_LIMIT} levels`, tree)
    else this.#spend(children?.size ?? 0, tree)
    return this.#tooLarge ? NOTHING : tree
  }

  #spend(values: number, tree: ValueTree): void {
    this.#spent += values
    if (this.#spent > SIZE_LIMIT) this.#refuse(`${SIZE_LIMIT} values`, tree)
  }

  #refuse(limit: string, { span }: ValueTree): void {
    if (!this.#tooLarge) {
      this.diagnostics.push(readingCodes.CLUSTER_FILE_TOO_LARGE({ limit }, { where: this.#place(span) }))
    }
    this.#tooLarge = true
  }
}

function extentOf(parts: Iterable<ValueTree>): { readonly size: number; readonly depth: number } {
  let size = 1
  let depth = 0
  for (const part of parts) {
    size += part.size ?? 1
    depth = Math.max(depth, part.depth ?? 0)
  }
  return { size, depth: depth + 1 }
}

function spanOf(node: Node): Span {
  return node.range ? [node.range[0], node.range[1]] : [0, 0]
}

/** Numbers whose usual form is another one (`007`, `1.10`, `1e3`, 17 digits) stay text, so that nothing is lost. */
function scalarValue(scalar: Scalar): unknown {
  const { value, source, type } = scalar
  return typeof value === 'number' && type === 'PLAIN' && String(value) !== source ? source : value
}

function scalarText(scalar: Scalar): unknown {
  return scalar.type === 'PLAIN' ? (scalar.source ?? scalar.value) : scalar.value
}
