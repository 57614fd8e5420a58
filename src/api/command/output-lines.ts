/** Cuts what a program prints into lines, whatever it is: text, bytes, or a line without end. */

/** A line as an event has it. */
export interface OutputLine {
  readonly text?: string
  readonly base64?: string
  readonly open?: true
}

/** A line that is longer goes on in the next one: nothing that a program prints may fill the memory. */
const LONGEST_BYTES = 65_536

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The lines of one output of one program. */
export class OutputLines {
  readonly #longestBytes: number
  #held: Buffer = Buffer.alloc(0)

  constructor(longestBytes = LONGEST_BYTES) {
    this.#longestBytes = longestBytes
  }

  /** The lines that are whole with this. */
  push(bytes: Uint8Array): OutputLine[] {
    const lines: OutputLine[] = []
    let rest = Buffer.concat([this.#held, bytes])
    for (;;) {
      const end = rest.indexOf(0x0a)
      if (end >= 0 && end <= this.#longestBytes) {
        lines.push(lineOf(rest.subarray(0, end)))
        rest = rest.subarray(end + 1)
      } else if (rest.length > this.#longestBytes) {
        const cut = betweenCharacters(rest, this.#longestBytes)
        lines.push({ ...lineOf(rest.subarray(0, cut)), open: true })
        rest = rest.subarray(cut)
      } else break
    }
    this.#held = rest
    return lines
  }

  /** What was printed behind the last end of a line. */
  rest(): OutputLine[] {
    const held = this.#held
    this.#held = Buffer.alloc(0)
    return held.length === 0 ? [] : [{ ...lineOf(held), open: true }]
  }
}

function lineOf(bytes: Buffer): OutputLine {
  try {
    return { text: decoder.decode(bytes) }
  } catch {
    return { base64: bytes.toString('base64') }
  }
}

/** The last place before which no character is cut in two: a byte 10xxxxxx goes on with one (RFC 3629, section 3). */
function betweenCharacters(bytes: Buffer, longest: number): number {
  for (let at = longest; at > longest - 4; at--) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return at
  return longest
}

/** The bytes of a line again, with its end when it has one. */
export function bytesOf({ text, base64, open }: OutputLine): Buffer {
  const bytes = base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64')
  return open === true ? bytes : Buffer.concat([bytes, Buffer.from('\n')])
}
