/** Tells what a program prints from what is said around it: lines that begin with a mark that nobody can guess. */

/** The byte that stands before the mark: RS, which no text holds (ASCII, "record separator"). */
const START = 0x1e

/** One output of a supervised program, taken apart. */
export class MarkedOutput {
  readonly #mark: Buffer
  #held = Buffer.alloc(0)
  #said: string[] = []

  constructor(mark: string) {
    this.#mark = Buffer.from(`\u001e${mark}`)
  }

  /** What was said with the mark so far: the first when the program starts, the second when it has ended. */
  get said(): readonly string[] {
    return this.#said
  }

  /** What of this, and of what was held back, the program printed. */
  push(chunk: Uint8Array): Buffer {
    const printed: Buffer[] = []
    let rest = Buffer.concat([this.#held, chunk])
    for (;;) {
      const at = rest.indexOf(this.#mark)
      const end = at < 0 ? -1 : rest.indexOf('\n', at)
      if (end < 0) {
        const kept = at < 0 ? this.#possibleStart(rest) : at
        if (this.#said.length === 1) printed.push(rest.subarray(0, kept))
        this.#held = rest.subarray(kept)
        return Buffer.concat(printed)
      }
      if (this.#said.length === 1) printed.push(rest.subarray(0, at))
      this.#said.push(rest.toString('utf8', at + this.#mark.length, end).trim())
      rest = rest.subarray(end + 1)
    }
  }

  /** What is held back when nothing comes any more. */
  rest(): Buffer {
    return this.#said.length === 1 ? this.#held : Buffer.alloc(0)
  }

  /** Where a mark may have begun whose end has not come yet. */
  #possibleStart(bytes: Buffer): number {
    const at = bytes.lastIndexOf(START)
    const tail = at < 0 ? undefined : bytes.subarray(at)
    const fits = tail !== undefined && this.#mark.subarray(0, tail.length).equals(tail)
    return fits ? at : bytes.length
  }
}
