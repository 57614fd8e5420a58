/** Changes the text of a cluster file and nothing around the change: comments, order, quotes and line ends stay byte for byte. */
import { isDeepStrictEqual } from 'node:util'
import { isAlias, isCollection, isMap, isScalar, isSeq, stringify } from 'yaml'
import type { Document, Node, YAMLMap, YAMLSeq } from 'yaml'
import { parseYaml } from '../yaml-document.ts'
import { readYaml } from '../yaml-source.ts'
import { changedValue, type Change, type PlainMap } from './change.ts'
import { locate, pairsOf, resolved, type Located } from './locate.ts'

/** A part of the text and what comes in its place. */
interface Splice {
  readonly from: number
  readonly to: number
  readonly text: string
}

/**
 * The text with the changes in it; undefined when they cannot be made with certainty: what comes out is read again, and has to say exactly what
 * was meant.
 */
export function editedText(text: string, changes: readonly Change[]): string | undefined {
  const parsed = parseYaml(text)
  if (!('document' in parsed)) return undefined
  const editing = new Editing(text, parsed.document)
  const splices = new Map<string, Splice>()
  for (const change of changes) {
    const splice = editing.spliceFor(change)
    if (splice === undefined) return undefined
    // What several places share through an anchor is changed once.
    splices.set(`${splice.from} ${splice.to} ${splice.text}`, splice)
  }
  const sorted = [...splices.values()].sort((one, other) => other.from - one.from || other.to - one.to)
  const result = sorted.reduce(
    (whole, { from, to, text: put }) => whole.slice(0, from) + put + whole.slice(to),
    text,
  )
  const meant = changedValue(readYaml('', text).value, changes)
  return isDeepStrictEqual(readYaml('', result).value, meant) ? result : undefined
}

/** A value as it stands on one line, also inside brackets. */
export function onOneLine(value: unknown): string {
  const text = stringify([value], { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true })
  return text.trim().slice(1, -1).trim()
}

class Editing {
  readonly #text: string
  readonly #document: Document
  readonly #eol: string

  constructor(text: string, document: Document) {
    this.#text = text
    this.#document = document
    this.#eol = text.includes('\r\n') ? '\r\n' : '\n'
  }

  spliceFor(change: Change): Splice | undefined {
    const at = locate(this.#document, change.path)
    if (at === undefined) return undefined
    if (change.do === 'remove') return this.#removed(at)
    if (change.do === 'put') return this.#put(at, change.key, change.value)
    if (change.do === 'rename-key')
      return isMap(at.parent) ? this.#scalar(pairsOf(at.parent)[at.index]?.key ?? null, change.to) : undefined
    const node = resolved(this.#document, at.node)
    return change.do === 'set' ? this.#scalar(node, change.to) : this.#appended(node, change.item)
  }

  /** In the quotes that were there. */
  #scalar(node: Node | null, to: string): Splice | undefined {
    if (!isScalar(node) || !node.range || node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
      return undefined
    const [from, end] = node.range
    const quote = /^["']/.exec(this.#text.slice(from, end))?.[0]
    const isPlain = /^[a-z0-9-]+$/.test(to)
    return { from, to: end, text: quote !== undefined && isPlain ? `${quote}${to}${quote}` : onOneLine(to) }
  }

  #removed({ parent, index }: Located): Splice | undefined {
    if (parent === undefined) return undefined
    const spans = parent.items.map((_, place) => this.#span(parent, place))
    const [from, to] = spans[index] ?? [0, 0]
    const next = spans[index + 1]
    const before = spans[index - 1]
    const line = this.#lineStart(from)
    const isAlone =
      this.#text.slice(line, from).trim() === '' && (next === undefined || next[0] >= this.#lineEnd(to))
    if (parent.flow !== true) {
      const isFirstOnLine = this.#text.slice(line, from).trim() === ''
      if (before === undefined && next === undefined) return { from, to, text: isMap(parent) ? '{}' : '[]' }
      if (isFirstOnLine) return { from: line, to: this.#lineEnd(to), text: '' }
      return next && { from, to: next[0], text: '' }
    }
    // The comma behind it goes along; one that is left before a closing bracket does no harm.
    if (isAlone && /^\s*,?\s*(?:#.*)?\s*$/.test(this.#text.slice(to, this.#lineEnd(to))))
      return { from: line, to: this.#lineEnd(to), text: '' }
    if (next) return { from, to: next[0], text: '' }
    return { from: before ? before[1] : from, to, text: '' }
  }

  #put(at: Located, key: string, value: PlainMap): Splice | undefined {
    const map = resolved(this.#document, at.node)
    const entry = (indent: string): string => `${indent}${onOneLine(key)}: ${onOneLine(value)}`
    if (isMap(map) && map.items.length > 0) {
      const last = this.#span(map, map.items.length - 1)
      if (map.flow === true) return this.#behind(last[1], `, ${onOneLine(key)}: ${onOneLine(value)}`)
      const first = this.#span(map, 0)[0]
      const indent = ' '.repeat(first - this.#lineStart(first))
      const example = resolved(this.#document, pairsOf(map).at(-1)?.value ?? null)
      const isWide = isMap(example) && example.flow !== true && Object.keys(value).length > 0
      const step = isWide ? this.#column(this.#span(example, 0)[0]) - indent.length : 2
      return this.#lineBehind(last[1], isWide ? this.#wide(indent, step, key, value) : entry(indent))
    }
    if (isMap(map) && map.range) {
      return { from: map.range[0], to: map.range[1], text: `{ ${onOneLine(key)}: ${onOneLine(value)} }` }
    }
    // Nothing is written behind the key.
    if (isMap(at.parent) && at.parent.flow !== true) {
      const [from, to] = this.#span(at.parent, at.index)
      return this.#lineBehind(to, entry(' '.repeat(this.#column(from) + 2)))
    }
    return undefined
  }

  #wide(indent: string, step: number, key: string, value: PlainMap): string {
    const inner = `${indent}${' '.repeat(Math.max(step, 1))}`
    const lines = Object.entries(value).map(([name, own]) => `${inner}${onOneLine(name)}: ${onOneLine(own)}`)
    return [`${indent}${onOneLine(key)}:`, ...lines].join(this.#eol)
  }

  #appended(node: Node | null, item: string): Splice | undefined {
    const written = onOneLine(item)
    if (isScalar(node) && node.range && node.value !== null) {
      const [from, to] = node.range
      return { from, to, text: `[${this.#text.slice(from, to)}, ${written}]` }
    }
    if (!isSeq(node) || !node.range) return undefined
    if (node.items.length === 0) return { from: node.range[0], to: node.range[1], text: `[${written}]` }
    const [from, to] = this.#span(node, node.items.length - 1)
    if (node.flow === true) return this.#behind(to, `, ${written}`)
    const dash = this.#text.lastIndexOf('-', from - 1)
    return this.#lineBehind(to, `${' '.repeat(this.#column(dash))}- ${written}`)
  }

  #behind(at: number, text: string): Splice {
    return { from: at, to: at, text }
  }

  /** A line of its own behind the one in which a place is. */
  #lineBehind(at: number, line: string): Splice {
    const end = this.#lineEnd(at)
    const isOpen = end === this.#text.length && end > 0 && !this.#text.endsWith('\n')
    return { from: end, to: end, text: isOpen ? `${this.#eol}${line}` : `${line}${this.#eol}` }
  }

  /** From the first to behind the last character of an entry, without what follows on the line. */
  #span(parent: YAMLMap | YAMLSeq, index: number): readonly [number, number] {
    if (isSeq(parent)) {
      const item = parent.items[index] as Node | null
      const [from = 0] = item?.range ?? []
      const dash = parent.flow === true ? from : this.#text.lastIndexOf('-', from - 1)
      return [dash, this.#end(item, from)]
    }
    const pair = pairsOf(parent)[index]
    const [from = 0, keyEnd = 0] = pair?.key.range ?? []
    return [from, this.#end(pair?.value ?? null, keyEnd)]
  }

  #end(node: Node | null, otherwise: number): number {
    if (node === null || !node.range) return otherwise
    if (isCollection(node) && node.flow !== true && node.items.length > 0) {
      return this.#span(node, node.items.length - 1)[1]
    }
    const [from, to] = node.range
    if (isAlias(node) || to <= from) return Math.max(to, otherwise)
    return from + this.#text.slice(from, to).trimEnd().length
  }

  #lineStart(at: number): number {
    return this.#text.lastIndexOf('\n', at - 1) + 1
  }

  /** Behind the line feed. */
  #lineEnd(at: number): number {
    const feed = this.#text.indexOf('\n', at)
    return feed < 0 ? this.#text.length : feed + 1
  }

  #column(at: number): number {
    return at - this.#lineStart(at)
  }
}
