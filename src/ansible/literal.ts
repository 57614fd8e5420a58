/**
 * Values of an INI inventory: what is a literal of Python is taken for one, everything else is text as it stands (Ansible, plugin
 * `ini`: `ast.literal_eval`). Numbers, truth values, texts in quotes, lists and maps are known here; `true` is a text there too.
 */

/** Reads a value; the text itself when it is no literal. */
export function literalOf(text: string): unknown {
  const reader = new LiteralReader(text)
  const value = reader.value()
  return value === undefined || !reader.isAtEnd() ? text : value.read
}

interface Read {
  readonly read: unknown
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' }

class LiteralReader {
  #at = 0

  constructor(readonly text: string) {}

  /** Only white space or a comment follows. */
  isAtEnd(): boolean {
    return /^\s*(#.*)?$/.test(this.text.slice(this.#at))
  }

  /** The next value; undefined when none begins here. */
  value(): Read | undefined {
    this.#skip()
    const next = this.text[this.#at]
    if (next === '[') return this.#list(']')
    if (next === '(') return this.#list(')')
    if (next === '{') return this.#map()
    if (next === '"' || next === "'") return this.#text(next)
    return this.#word()
  }

  #skip(): void {
    while (/\s/.test(this.text[this.#at] ?? '')) this.#at += 1
  }

  #takes(character: string): boolean {
    this.#skip()
    if (this.text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #list(end: string): Read | undefined {
    this.#at += 1
    const items: unknown[] = []
    while (!this.#takes(end)) {
      if (items.length > 0 && !this.#takes(',')) return undefined
      if (items.length > 0 && this.#takes(end)) break
      const item = this.value()
      if (!item) return undefined
      items.push(item.read)
    }
    return { read: items }
  }

  #map(): Read | undefined {
    this.#at += 1
    const entries: [string, unknown][] = []
    while (!this.#takes('}')) {
      if (entries.length > 0 && !this.#takes(',')) return undefined
      if (entries.length > 0 && this.#takes('}')) break
      const key = this.value()
      if (!key || !this.#takes(':')) return undefined
      const value = this.value()
      if (!value) return undefined
      entries.push([String(key.read), value.read])
    }
    return { read: Object.fromEntries(entries) }
  }

  #text(quote: string): Read | undefined {
    let read = ''
    for (let at = this.#at + 1; at < this.text.length; at += 1) {
      const character = this.text[at] as string
      if (character === quote) {
        this.#at = at + 1
        return { read }
      }
      if (character === '\\' && at + 1 < this.text.length) {
        at += 1
        const escaped = this.text[at] as string
        read += ESCAPES[escaped] ?? (/["'\\]/.test(escaped) ? escaped : `\\${escaped}`)
      } else read += character
    }
    return undefined
  }

  #word(): Read | undefined {
    const word = /^[+-]?[\w.]+/.exec(this.text.slice(this.#at))?.[0]
    if (word === undefined) return undefined
    const named = { True: true, False: false, None: null }[word]
    // Python knows no number with a leading zero: 0644 stays the text that it is.
    const isNumber = /^[+-]?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(word)
    if (named === undefined && !isNumber) return undefined
    this.#at += word.length
    return { read: named === undefined ? Number(word) : named }
  }
}
