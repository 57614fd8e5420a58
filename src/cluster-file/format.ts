/** The canonical form of a cluster file: spaces, line breaks and empty lines as in the examples; comments, order and quotes as they are. */
import { isDeepStrictEqual } from 'node:util'
import {
  isCollection,
  isMap,
  isScalar,
  parseDocument,
  visit,
  type Document,
  type ScalarTag,
  type Tags,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { Bug } from '../diagnostics/bug.ts'
import { AS_WRITTEN } from './yaml-document.ts'
import { readYaml } from './yaml-source.ts'

/** As wide as the examples. */
const WIDTH = 110
const STEP = 2

/** The text in canonical form, or what is wrong with it. */
export type Formatted = { readonly text: string } | { readonly diagnostics: readonly Diagnostic[] }

/** Formats a cluster file, or a file of its parts. Line ends stay those of the text; the formatted text is its own canonical form. */
export function formatYaml(file: string, text: string): Formatted {
  const read = readYaml(file, text)
  if (read.value === undefined) return { diagnostics: read.diagnostics }
  const isDos = text.includes('\r\n')
  const plain = text.replaceAll('\r\n', '\n')
  const [body, end] = withoutEnd(plain)
  let once = formatOnce(body)
  // A break that was made can move a comment, and that one more break.
  for (let pass = 0; pass < 3; pass++) once = formatOnce(once)
  once += end
  assertSame(plain, once)
  return { text: isDos ? once.replaceAll('\n', '\r\n') : once }
}

/** Comments at the left margin that end a file: the parser gives them to the last list or map, with its indentation. */
function withoutEnd(text: string): [body: string, end: string] {
  const lines = text.trimEnd().split('\n')
  const last = lines.findLastIndex((line) => line.trim() !== '' && !line.startsWith('#'))
  const end = lines
    .slice(last + 1)
    .join('\n')
    .replaceAll(/\n(?:[ \t]*\n)+/g, '\n\n')
    .trimEnd()
  if (end.trim() === '') return [text, '']
  return [lines.slice(0, last + 1).join('\n'), `${end.replace(/^\s+/, '\n')}\n`]
}

function formatOnce(text: string): string {
  const document = parsed(text)
  tidy(document)
  const written = document.toString({ lineWidth: WIDTH, flowCollectionPadding: true, indentSeq: true })
  // Comments that stand alone keep what is in them, but not what is behind.
  return `${written
    .replaceAll(/ \0( *)\0/g, '\n$1')
    .split('\n')
    .map((line) => (/^\s*#/.test(line) ? line.trimEnd() : line))
    .join('\n')
    .trimEnd()}\n`
}

function parsed(text: string): Document.Parsed {
  return parseDocument(text, {
    ...AS_WRITTEN,
    keepSourceTokens: true,
    customTags: (tags) => tags.map((tag) => (isText(tag) ? unfolded(tag, text) : tag)),
  })
}

function isText(tag: Tags[number]): tag is ScalarTag {
  return typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:str'
}

/** Text on one line stays on one line, however long: a path or a key that is broken in two is hard to find. */
function unfolded(tag: ScalarTag, text: string): ScalarTag {
  return {
    ...tag,
    stringify: (item, context, ...more) => {
      const { range, type } = item
      const source = range ? text.slice(range[0], range[1]) : ''
      const folded = type === 'BLOCK_FOLDED' ? reindented(source, context.indent) : undefined
      if (folded !== undefined) return folded
      const own = source.includes('\n')
        ? context
        : { ...context, options: { ...context.options, lineWidth: 0 } }
      return tag.stringify?.(item, own, ...more) ?? String(item.value)
    },
  }
}

/** A text in the lines that somebody broke it into; undefined where its head says more than how it is folded. */
function reindented(source: string, indent: string): string | undefined {
  const [head = '', ...lines] = source.trimEnd().split('\n')
  const first = lines.find((line) => line.trim() !== '')
  if (!/^>-?$/.test(head) || first === undefined) return undefined
  const own = first.length - first.trimStart().length
  return [head, ...lines.map((line) => (line.trim() === '' ? '' : `${indent}${line.slice(own)}`))].join('\n')
}

/** Stands before a list or map that goes to a line of its own, with the indentation of that line; no YAML has this character. */
const OWN_LINE = '\0'

/** No empty line where a list or a map begins; lists and maps in brackets stay on a line when they fit. */
function tidy(document: Document.Parsed): void {
  visit(document, {
    Pair: (_key, { key, value }) => {
      if (!isCollection(value)) return
      value.spaceBefore = false
      if (value.flow) fit(value, isScalar(key) ? String(key.value).length + 2 : 0)
    },
    Seq: (_key, { items }) => {
      for (const item of items) if (isCollection(item) && item.flow) fit(item, 0)
    },
    Collection: (_key, node) => {
      const [first] = node.items as { key?: { spaceBefore?: boolean }; spaceBefore?: boolean }[]
      if (node === document.contents || first === undefined) return
      if (first.key?.spaceBefore) first.key.spaceBefore = false
      if (first.spaceBefore) first.spaceBefore = false
    },
  })
}

/** Lays a list or map in brackets out; `before` is how much of the line its key takes. */
function fit(node: YAMLMap | YAMLSeq, before: number): void {
  const padding = isMap(node) ? ' ' : ''
  // eslint-disable-next-line typescript/unbound-method -- called with the node
  const { toString } = node as { toString: Layout }
  const layout: Layout = (context, onComment, onChompKeep) => {
    if (context === undefined) return toString.call(node)
    const within = (lineWidth: number): string =>
      toString.call(
        node,
        { ...context, flowCollectionPadding: padding, options: { ...context.options, lineWidth } },
        onComment,
        onChompKeep,
      )
    const line = within(0)
    const indent = context.indent.length
    if (line.includes('\n') || indent - STEP + before + line.length <= WIDTH) return line
    const hasOwnLine = context.inFlow !== true && before > 0 && indent + line.length <= WIDTH
    return hasOwnLine ? `${OWN_LINE}${context.indent}${OWN_LINE}${line}` : within(1)
  }
  Object.assign(node, { toString: layout })
}

type StringifyContext = Parameters<YAMLMap['toString']>[0]
type Layout = (context?: StringifyContext, onComment?: () => void, onChompKeep?: () => void) => string

/** A formatter that changes what a file says is worse than none. */
function assertSame(before: string, after: string): void {
  const [was, is] = [parsed(before), parsed(after)]
  if (is.errors.length > 0 || !isDeepStrictEqual(was.toJS(), is.toJS()))
    throw new Bug('formatting would change the file')
  if (comments(before) !== comments(after)) throw new Bug('formatting would lose a comment')
}

function comments(text: string): string {
  const found: string[] = []
  const document = parsed(text)
  const note = (...texts: (string | null | undefined)[]): void => {
    for (const one of texts) if (one) found.push(...one.split('\n').map((line) => line.trim()))
  }
  note(document.commentBefore, document.comment)
  visit(document, { Node: (_key, node) => note(node.commentBefore, node.comment) })
  return found
    .filter((line) => line !== '')
    .toSorted()
    .join('\n')
}
