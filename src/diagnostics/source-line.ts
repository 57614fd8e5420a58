/** Quotes one line of a file with a marker under the faulty part, safe for any terminal. */

/** Longer lines are shown in part. */
const WINDOW = 96
/** So much is shown before the faulty part of a long line. */
const LEAD = 24

/** Control characters could move the cursor or recolour the terminal: they are shown as pictures (U+2400 and on). */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const number = character.charCodeAt(0)
    return number < 0x20 ? String.fromCharCode(0x2400 + number) : number === 0x7f ? '\u2421' : '\ufffd'
  })
}

/** The line, shortened around the marked part if it is long, and the marker to print below it. */
export function quoteLine(
  line: string,
  { column, length }: { readonly column: number; readonly length: number },
): { readonly text: string; readonly marker: string } {
  const start = Math.min(column - 1, line.length)
  const end = Math.min(start + Math.max(length, 1), Math.max(line.length, start + 1))
  const from = line.length <= WINDOW ? 0 : Math.max(0, Math.min(start - LEAD, line.length - WINDOW))
  const to = from + WINDOW
  const before = shown(line.slice(from, start))
  const marked = shown(line.slice(start, Math.min(end, to)))
  const after = shown(line.slice(Math.min(end, to), to))
  const head = from > 0 ? '…' : ''
  const tail = to < line.length ? '…' : ''
  return {
    text: `${head}${before}${marked}${after}${tail}`,
    marker: `${' '.repeat(width(head + before))}${'^'.repeat(Math.max(1, width(marked)))}`,
  }
}

function shown(text: string): string {
  return visible(text.replaceAll('\t', '  '))
}

/** Columns on a terminal: combining marks take none, most East Asian characters and emoji two. */
function width(text: string): number {
  let columns = 0
  for (const character of text) {
    if (/\p{Mark}/u.test(character)) continue
    columns +=
      /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}]/u.test(
        character,
      )
        ? 2
        : 1
  }
  return columns
}
