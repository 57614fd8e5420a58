/** The words of a line of an INI inventory, as Python's `shlex.split(line, comments=True)` makes them. */

/** One word, without its quotes, and where it begins. */
export interface Word {
  readonly text: string
  /** From 1. */
  readonly column: number
}

/** The words up to a comment; a message when a quote is not closed. */
export function wordsOf(line: string): readonly Word[] | string {
  const words: Word[] = []
  let word: { text: string; column: number } | undefined
  let quote: { readonly sign: string; readonly column: number } | undefined
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] as string
    const current = (): { text: string } => (word ??= { text: '', column: at + 1 })
    if (quote) {
      // Inside of single quotes a backslash is itself (sh(1), and shlex in its POSIX mode).
      if (character === quote.sign) quote = undefined
      else if (character === '\\' && quote.sign === '"' && /["\\]/.test(line[at + 1] ?? '')) {
        at += 1
        current().text += line[at] as string
      } else current().text += character
    } else if (character === '"' || character === "'") {
      current()
      quote = { sign: character, column: at + 1 }
    } else if (character === '\\' && at + 1 < line.length) {
      current().text += line[at + 1] as string
      at += 1
    } else if (/\s/.test(character)) {
      if (word) words.push(word)
      word = undefined
    } else if (character === '#') break
    else current().text += character
  }
  if (quote) return `the quote at column ${quote.column} is not closed`
  if (word) words.push(word)
  return words
}
