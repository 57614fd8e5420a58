/** Parses YAML into plain values while keeping the place of every key and value. */
import { readingCodes } from '../diagnostics/catalogue/reading.ts'
import type { Diagnostic, FilePlace } from '../diagnostics/diagnostic.ts'
import type { KeyPath, Positions } from './positions.ts'
import { TextLines } from './text-lines.ts'
import type { Span } from './text-lines.ts'
import { DEPTH_LIMIT, parseYaml } from './yaml-document.ts'
import { YamlValues } from './yaml-values.ts'
import type { ValueTree } from './yaml-values.ts'

/** What a YAML text says and where. */
export interface YamlSource {
  /** Undefined when the text is no YAML, says nothing, or cannot be understood with certainty. */
  readonly value: unknown
  readonly positions: Positions
  readonly diagnostics: readonly Diagnostic[]
}

/** Ten thousand nodes fit; what is larger is not a cluster file. */
const LIMIT_MIB = 4
/** A syntax error brings others with it; the first few are the true ones. */
const SYNTAX_ERRORS_SHOWN = 5

/** Reads YAML 1.2 (core schema, so `on` and `no` are text) with merge keys. Never throws for what the text says. */
export function readYaml(file: string, text: string): YamlSource {
  const lines = new TextLines(file, text)
  const place = (span: Span): FilePlace => lines.place(span)
  const broken = (...diagnostics: Diagnostic[]): YamlSource => ({
    value: undefined,
    positions: new YamlPositions({ span: [0, 0] }, place),
    diagnostics,
  })
  if (text.length > LIMIT_MIB * 1024 ** 2) {
    const where: FilePlace = { file, line: 1, column: 1, length: 0 }
    return broken(readingCodes.CLUSTER_FILE_TOO_LARGE({ limit: `${LIMIT_MIB} MiB` }, { where }))
  }
  const parsed = parseYaml(text)
  if ('tooDeepAt' in parsed) {
    const problem = `lists and maps are nested more than ${DEPTH_LIMIT} deep`
    const span: Span = [parsed.tooDeepAt, parsed.tooDeepAt + 1]
    return broken(readingCodes.YAML_SYNTAX({ problem }, { where: place(span) }))
  }
  const { document, secondAt } = parsed
  if (secondAt !== undefined) {
    const problem = 'a second document starts here; a cluster file is one'
    return broken(readingCodes.YAML_SYNTAX({ problem }, { where: place([secondAt, secondAt + 1]) }))
  }
  const mistakes = [...document.errors, ...document.warnings].slice(0, SYNTAX_ERRORS_SHOWN)
  if (mistakes.length > 0) {
    return broken(...mistakes.map((mistake) => syntaxMistake(mistake, text, place)))
  }
  const values = new YamlValues(place)
  const tree = values.read(document.contents)
  if (tree.value === null && values.diagnostics.length === 0) {
    return broken(readingCodes.CLUSTER_FILE_EMPTY({}, { where: place([0, 0]) }))
  }
  // A key that is there twice hides nothing; after anything else the values are not what the user meant.
  const usable = values.diagnostics.every(({ code }) => code === readingCodes.YAML_DUPLICATE_KEY.code)
  if (!usable) return broken(...values.diagnostics)
  return { value: tree.value, positions: new YamlPositions(tree, place), diagnostics: values.diagnostics }
}

function syntaxMistake(
  { message, pos }: { readonly message: string; readonly pos: Span },
  text: string,
  place: (span: Span) => FilePlace,
): Diagnostic {
  const where = place(openingOf(message, text, pos) ?? pos)
  return readingCodes.YAML_SYNTAX({ problem: firstSentence(message) }, { where })
}

/** A quote that nothing closes is found missing at the end of the text; what helps is where it stands. */
function openingOf(message: string, text: string, [, end]: Span): Span | undefined {
  const quote = /^Missing closing (["'])quote/.exec(message)?.[1]
  const at = quote === undefined ? -1 : text.lastIndexOf(quote, end - 1)
  return at < 0 ? undefined : [at, at + 1]
}

/** The parser's messages are sentences of varying length; the first one says it. */
function firstSentence(message: string): string {
  const sentence = message.split(/\. |\n/, 1)[0] ?? message
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1, 120)}`
}

class YamlPositions implements Positions {
  readonly #root: ValueTree
  readonly #place: (span: Span) => FilePlace

  constructor(root: ValueTree, place: (span: Span) => FilePlace) {
    this.#root = root
    this.#place = place
  }

  of(path: KeyPath): FilePlace {
    const { tree, found } = this.#nearest(path)
    return this.#place(found && !tree.wide ? tree.span : (tree.keySpan ?? tree.span))
  }

  ofKey(path: KeyPath): FilePlace {
    const { tree } = this.#nearest(path)
    return this.#place(tree.keySpan ?? tree.span)
  }

  #nearest(path: KeyPath): { tree: ValueTree; found: boolean } {
    let tree = this.#root
    for (const step of path) {
      const child = tree.children?.get(step)
      // Where a list may stand, a single value is its only element.
      if (child === undefined && step === 0) continue
      if (child === undefined) return { tree, found: false }
      tree = child
    }
    return { tree, found: true }
  }
}
