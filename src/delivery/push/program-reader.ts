/** Reads events out of the bytes that a node sends. The node is not trusted: nothing it sends throws, hangs or piles up. */
import { visibleLine } from '../visible.ts'
import { parseLine } from './program-events.ts'
import type { ExpectedProgram, ProgramEvent } from './program-events.ts'

/** How much one program may say, over all sessions. */
export interface ReaderLimits {
  readonly lineBytes: number
  readonly totalBytes: number
  /** Events and everything else. */
  readonly lines: number
}

/** 1 MiB a line, 64 MiB and 200,000 lines a program. */
export const READER_LIMITS: ReaderLimits = { lineBytes: 1 << 20, totalBytes: 64 << 20, lines: 200_000 }

const NOISE_LINES = 20
const NOISE_CHARACTERS = 400
const LINE_FEED = 10

/** One program's events, in whatever pieces its bytes arrive. */
export class ProgramReader {
  readonly #expected: ExpectedProgram
  readonly #limits: ReaderLimits
  /** The beginning of a line whose end has not come, in a buffer that doubles: one byte at a time costs no more than all at once. */
  #held = Buffer.alloc(0)
  #heldBytes = 0
  #totalBytes = 0
  #lines = 0
  #ignored = 0
  #follows = false
  #offset = 0
  #violation: string | undefined
  #noise: string[] = []

  constructor(expected: ExpectedProgram, limits: ReaderLimits = READER_LIMITS) {
    this.#expected = expected
    this.#limits = limits
  }

  /** What the node did that no program does; once set, nothing more is read. */
  get violation(): string | undefined {
    return this.#violation
  }

  /** Number of lines of types that this version does not know. */
  get ignored(): number {
    return this.#ignored
  }

  /** Bytes of the events file that were read as whole lines: where to go on after a broken connection. */
  get offset(): number {
    return this.#offset
  }

  /** The last lines that were no events. */
  get noise(): readonly string[] {
    return this.#noise
  }

  /** A new connection begins: what was left of a line comes again. */
  reconnect(): void {
    this.#heldBytes = 0
    this.#follows = false
  }

  /** The events in the bytes so far that were not given yet. */
  push(chunk: Buffer): ProgramEvent[] {
    const found: ProgramEvent[] = []
    let from = 0
    while (this.#violation === undefined && from < chunk.length) {
      const to = chunk.indexOf(LINE_FEED, from)
      const piece = chunk.subarray(from, to < 0 ? chunk.length : to + 1)
      from += piece.length
      if (!this.#allows(piece)) break
      if (to < 0) this.#hold(piece)
      else this.#line(this.#whole(piece), found)
    }
    return found
  }

  /** Reads nothing more, for a reason that is not in the bytes. */
  refuse(what: string): void {
    this.#violation ??= what
  }

  #allows(piece: Buffer): boolean {
    const { lineBytes, totalBytes } = this.#limits
    this.#totalBytes += piece.length
    if (this.#heldBytes + piece.length > lineBytes) this.#fail(`a line of more than ${lineBytes} bytes`)
    else if (this.#totalBytes > totalBytes) this.#fail(`more than ${totalBytes} bytes`)
    return this.#violation === undefined
  }

  #hold(piece: Buffer): void {
    const needed = this.#heldBytes + piece.length
    if (needed > this.#held.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#held.length * 2, 256))
      this.#held.copy(larger, 0, 0, this.#heldBytes)
      this.#held = larger
    }
    piece.copy(this.#held, this.#heldBytes)
    this.#heldBytes = needed
  }

  /** The line that this piece ends. */
  #whole(piece: Buffer): Buffer {
    if (this.#heldBytes === 0) return piece
    this.#hold(piece)
    const line = this.#held.subarray(0, this.#heldBytes)
    this.#heldBytes = 0
    return line
  }

  #line(bytes: Buffer, found: ProgramEvent[]): void {
    if (++this.#lines > this.#limits.lines) {
      this.#fail(`more than ${this.#limits.lines} lines`)
      return
    }
    const line = bytes.subarray(0, -1).toString('utf8')
    if (this.#follows) this.#offset += bytes.length
    const event = parseLine(line, this.#expected)
    if (event === undefined) this.#hear(line)
    else if (event === 'unknown') this.#ignored++
    else if (event === 'wrong') this.#fail(`the line ${JSON.stringify(visibleLine(line.slice(0, 120)))}`)
    else {
      if (event.type === 'follows') this.#follows = true
      found.push(event)
    }
  }

  #hear(line: string): void {
    if (line.trim() === '') return
    this.#noise = [...this.#noise, visibleLine(line.slice(0, NOISE_CHARACTERS))].slice(-NOISE_LINES)
  }

  #fail(what: string): void {
    this.#violation = what
    this.#held = Buffer.alloc(0)
    this.#heldBytes = 0
  }
}
