/** The words of a line of an INI inventory, as Python's `shlex.split(line, comments=True)` makes them. */

/** One word, without its quotes, and where it begins. */
export interface Word {
  readonly text: string
  /** From 1. */
  readonly column: number
}

/** A text in quotes, an escaped character, white space, a comment, a quote without its partner, or anything else. */
const PIECE = /'([^']*)'|"((?:\\["\\]|[^"])*)"|\\(.)|(\s+)|(#)|(['"])|([^\s'"\\#]+|\\)/y

/** The words up to a comment; a message when a quote is not closed. */
export function wordsOf(line: string): readonly Word[] | string {
  const words: Word[] = []
  let word: { text: string; readonly column: number } | undefined
  PIECE.lastIndex = 0
  for (let found = PIECE.exec(line); found; found = PIECE.exec(line)) {
    const [, single, double, escaped, blank, comment, open, plain] = found
    if (open !== undefined) return `the quote at column ${found.index + 1} is not closed`
    if (comment !== undefined) break
    if (blank !== undefined) {
      word = undefined
      continue
    }
    if (!word) words.push((word = { text: '', column: found.index + 1 }))
    // Inside of single quotes a backslash is itself (sh(1), and shlex in its POSIX mode).
    word.text += single ?? double?.replaceAll(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? ''
  }
  return words
}
