/** Runs the YAML parser within bounds: nesting is limited before anything recursive sees it. */
import { Composer, Lexer, Parser } from 'yaml'
import type { CST, Document } from 'yaml'

/** How a cluster file is composed, wherever it is read: nothing of it is merged, resolved or judged by the library. */
export const AS_WRITTEN = {
  schema: 'core',
  // Keys, merge keys and tags are looked at in YamlValues, which knows better what to say about them.
  uniqueKeys: false,
  merge: false,
  resolveKnownTags: false,
  prettyErrors: false,
  logLevel: 'silent',
} as const

/** What the parser made of a text. */
export type ParsedYaml =
  | { readonly document: Document.Parsed; readonly secondAt?: number }
  /** Offset at which lists and maps are nested more deeply than {@link DEPTH_LIMIT}. */
  | { readonly tooDeepAt: number }

/** A cluster file needs about a dozen levels of what the parser has open at a time. */
export const DEPTH_LIMIT = 100

/** Parses a text. Mistakes are in the document. */
export function parseYaml(text: string): ParsedYaml {
  const tokens: CST.Token[] = []
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme))
    // The composer recurses. Its overflow of the stack cannot be caught: it may hit the compiler of regular expressions,
    // which ends the process.
    if (parser.stack.length > DEPTH_LIMIT) return { tooDeepAt: parser.offset }
  }
  tokens.push(...parser.end())
  const composer = new Composer(AS_WRITTEN)
  const [document, second] = [...composer.compose(tokens, true, text.length)]
  // There is a document even in an empty text, because the composer is asked for one.
  return {
    document: document as Document.Parsed,
    ...(second && { secondAt: second.range[0] }),
  }
}
