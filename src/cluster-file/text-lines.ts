/** Turns offsets in a text into lines and columns. */
import type { FilePlace } from '../diagnostics/diagnostic.ts'

/** Offsets in the text: the first character, and the one after the last. */
export type Span = readonly [start: number, end: number]

/** The lines of one file. The parser's own count of lines is not used: it misses some in texts that are no YAML. */
export class TextLines {
  readonly #file: string
  readonly #text: string
  readonly #starts: readonly number[]

  constructor(file: string, text: string) {
    this.#file = file
    this.#text = text
    const starts = [0]
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    this.#starts = starts
  }

  /** The part of a span that lies on its first line. */
  place([start, end]: Span): FilePlace {
    const from = Math.min(start, this.#text.length)
    const line = this.#lineAt(from)
    const lineEnd = (this.#starts[line + 1] ?? this.#text.length + 1) - 1
    return {
      file: this.#file,
      line: line + 1,
      column: from - (this.#starts[line] ?? 0) + 1,
      length: Math.max(Math.min(end, lineEnd) - from, 0),
    }
  }

  /** Index of the last line that starts at or before an offset. */
  #lineAt(offset: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}
