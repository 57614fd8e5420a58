/** Finds thousands of fixed texts in one pass over another (after Rabin and Karp). */

/** A place where a pattern was found. */
export interface Match {
  readonly start: number
  readonly end: number
  /** What was given with the pattern. */
  readonly name: string
}

interface Pattern {
  readonly text: string
  readonly name: string
  /** Where in the pattern its window begins. */
  readonly anchor: number
}

/** Characters that are compared at once by their hash; shorter patterns cannot be found, and no secret is shorter. */
const WINDOW = 8

const MULTIPLIER = 0x01000193
const FILTER_BITS = 20

/** The weight of the character that leaves the window. */
const OLDEST = Array.from({ length: WINDOW - 1 }).reduce<number>((power) => Math.imul(power, MULTIPLIER), 1)

/** A set of patterns, ready to be looked for. */
export class PatternSearch {
  readonly #patterns = new Map<number, Pattern[]>()
  /** One bit a hash: says no for nearly every place of an ordinary text, without a look into the map. */
  readonly #filter = new Uint8Array(2 ** (FILTER_BITS - 3))

  /** Takes patterns and a name for each; those under eight characters are left out. */
  constructor(names: ReadonlyMap<string, string>) {
    for (const [text, name] of names) if (text.length >= WINDOW) this.#add(text, name)
  }

  /** All matches, overlapping ones too, in no particular order. */
  find(text: string): readonly Match[] {
    const matches: Match[] = []
    if (text.length < WINDOW) return matches
    let hash = hashAt(text, 0)
    for (let start = 0; ; start++) {
      const slot = slotOf(hash)
      if (((this.#filter[slot >> 3] ?? 0) >> (slot & 7)) & 1) this.#collect(text, start, hash, matches)
      if (start + WINDOW >= text.length) return matches
      const rest = hash - Math.imul(text.charCodeAt(start), OLDEST)
      hash = (Math.imul(rest, MULTIPLIER) + text.charCodeAt(start + WINDOW)) | 0
    }
  }

  #collect(text: string, windowStart: number, hash: number, matches: Match[]): void {
    for (const pattern of this.#patterns.get(hash) ?? []) {
      const start = windowStart - pattern.anchor
      if (start < 0 || !text.startsWith(pattern.text, start)) continue
      matches.push({ start, end: start + pattern.text.length, name: pattern.name })
    }
  }

  /**
   * Keys of one sort begin and end alike, so the window may lie anywhere in a pattern: where the fewest others have theirs.
   */
  #add(text: string, name: string): void {
    const anchors = [0, (text.length - WINDOW) >> 1, text.length - WINDOW]
    let best = { anchor: 0, hash: 0, others: Infinity }
    for (const anchor of anchors) {
      const hash = hashAt(text, anchor)
      const others = this.#patterns.get(hash)?.length ?? 0
      if (others < best.others) best = { anchor, hash, others }
    }
    const pattern = { text, name, anchor: best.anchor }
    const same = this.#patterns.get(best.hash)
    if (same) same.push(pattern)
    else this.#patterns.set(best.hash, [pattern])
    const slot = slotOf(best.hash)
    this.#filter[slot >> 3] = (this.#filter[slot >> 3] ?? 0) | (1 << (slot & 7))
  }
}

function hashAt(text: string, start: number): number {
  let hash = 0
  for (let index = start; index < start + WINDOW; index++) {
    hash = (Math.imul(hash, MULTIPLIER) + text.charCodeAt(index)) | 0
  }
  return hash
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 13)) & (2 ** FILTER_BITS - 1)
}
