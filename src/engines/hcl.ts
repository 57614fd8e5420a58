/** Reads HCL 1, the language of rules in Consul and Vault (hashicorp/hcl, tag v1.0.0), and the JSON form of it. */

/** One entry: `key "app/" { … }` has two keys and a list, `operator = "read"` one key and a text. */
export interface HclEntry {
  readonly keys: readonly string[]
  readonly value: HclValue
  /** Counted from 1; 0 in JSON. */
  readonly line: number
}

/** What stands behind keys. What a list in brackets holds is told of texts; a number says nothing that rules know. */
export type HclValue =
  | string
  | boolean
  | readonly HclEntry[]
  | { readonly other: 'a number' }
  | { readonly other: 'a list'; readonly items: readonly HclValue[] }

/** Thrown for a text that is no HCL; the message goes on from "line 3". */
export class HclProblem extends Error {
  readonly line: number

  constructor(line: number, message: string) {
    super(message)
    this.line = line
  }
}

type Token =
  | { readonly type: 'word' | 'text' | 'number'; readonly value: string; readonly line: number }
  | { readonly type: '{' | '}' | '[' | ']' | '=' | ',' | 'end'; readonly line: number }

/** Reads a text. Throws {@link HclProblem}. */
export function parseHcl(text: string): readonly HclEntry[] {
  if (/^\s*\{/.test(text)) return fromJson(text)
  return new HclParser(text).entries('end')
}

function fromJson(text: string): readonly HclEntry[] {
  try {
    return entriesOf(JSON.parse(text) as object)
  } catch (error) {
    throw new HclProblem(0, `is no JSON: ${error instanceof Error ? error.message : ''}`)
  }
}

function entriesOf(object: object): readonly HclEntry[] {
  return Object.entries(object).map(([key, value]) => ({ keys: [key], value: valueOf(value), line: 0 }))
}

function valueOf(value: unknown): HclValue {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (Array.isArray(value)) {
    const parts = value.map(valueOf)
    return parts.every((part) => Array.isArray(part)) ? parts.flat() : { other: 'a list', items: parts }
  }
  return typeof value === 'object' && value !== null ? entriesOf(value) : { other: 'a number' }
}

const BLANK = /(?:\s+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y
const WORD = /[\p{L}_][\p{L}\p{N}_.-]*/uy
const NUMBER = /-?\d[\w.+-]*/y
const TEXT =
  /"(?:[^"\\\n$]|\\(?:[abfnrtv\\"]|[0-7]{3}|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8})|\$\{[^}]*\}|\$)*"/y
const HERE = /<<(-?)(\w+)\n([\s\S]*?)^[ \t]*\2$/my

class HclParser {
  readonly #text: string
  #at = 0
  #token: Token

  constructor(text: string) {
    this.#text = text
    this.#token = this.#next()
  }

  /** Everything up to and with the token that closes the list. */
  entries(close: '}' | 'end'): readonly HclEntry[] {
    const found: HclEntry[] = []
    while (this.#token.type !== close) {
      found.push(this.#entry())
      if (this.#token.type === ',') this.#advance()
    }
    this.#advance()
    return found
  }

  #entry(): HclEntry {
    const { line } = this.#token
    const keys: string[] = []
    while (this.#token.type === 'word' || this.#token.type === 'text') {
      keys.push(this.#token.value)
      this.#advance()
    }
    if (keys.length === 0) {
      const { type } = this.#token
      throw new HclProblem(line, type === 'end' ? 'ends where a "}" is missing' : `has a "${type}" too many`)
    }
    if (this.#token.type === '{') return { keys, line, value: this.#block() }
    if (this.#token.type !== '=') {
      throw new HclProblem(line, `lacks a "{" or "=" behind ${keys.join(' ')}`)
    }
    if (keys.length > 1) throw new HclProblem(line, `has a "=" before the block of ${keys.join(' ')}`)
    this.#advance()
    return { keys, line, value: this.#value() }
  }

  #block(): readonly HclEntry[] {
    this.#advance()
    return this.entries('}')
  }

  #value(): HclValue {
    const token = this.#token
    if (token.type === '{') return this.#block()
    if (token.type === '[') return this.#list()
    this.#advance()
    if (token.type === 'text') return token.value
    if (token.type === 'number') return { other: 'a number' }
    if (token.type === 'word' && (token.value === 'true' || token.value === 'false'))
      return token.value === 'true'
    const found = token.type === 'word' ? `${token.value} without quotes` : 'no value behind "="'
    throw new HclProblem(token.line, `has ${found}`)
  }

  #list(): HclValue {
    const items: HclValue[] = []
    this.#advance()
    while (this.#token.type !== ']') {
      items.push(this.#value())
      if (this.#token.type === ',') this.#advance()
    }
    this.#advance()
    return { other: 'a list', items }
  }

  #advance(): void {
    this.#token = this.#next()
  }

  #next(): Token {
    this.#match(BLANK)
    const line = this.#text.slice(0, this.#at).split('\n').length
    const character = this.#text[this.#at]
    if (character === undefined) return { type: 'end', line }
    if ('{}[]=,'.includes(character)) {
      this.#at += 1
      return { type: character as '{', line }
    }
    const word = this.#match(WORD)
    if (word !== undefined) return { type: 'word', value: word[0], line }
    const text = this.#match(TEXT)
    if (text !== undefined) return { type: 'text', value: unescaped(text[0].slice(1, -1)), line }
    const here = this.#match(HERE)
    if (here !== undefined) return { type: 'text', value: here[3] ?? '', line }
    const number = this.#match(NUMBER)
    if (number !== undefined) return { type: 'number', value: number[0], line }
    throw new HclProblem(line, character === '"' ? 'has a text without an end' : `has a stray ${character}`)
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text) ?? undefined
    if (found !== undefined) this.#at = pattern.lastIndex
    return found
  }
}

/** Enough of the escapes to tell a name from another; names of rules hold no control characters. */
function unescaped(text: string): string {
  return text.replace(/\\(["\\])/g, '$1')
}
