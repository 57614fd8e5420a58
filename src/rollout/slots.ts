/** Room for nodes under way: of those that share something that others may miss, only so many are away at once. */

/** Something that nodes share, and how many of them may be away at once. */
export interface Share {
  /** What they share: the name of a role or of a service. */
  readonly of: string
  readonly most: number
}

interface Waiting {
  readonly node: string
  readonly resolve: (because: string | undefined) => void
}

/** The room. A node that fails ends the line of all that share something scarce with it. */
export class Slots {
  readonly #shares: ReadonlyMap<string, readonly Share[]>
  readonly #taken = new Map<string, number>()
  /** What has an ended line, and because of whom. */
  readonly #ended = new Map<string, string>()
  #waiting: Waiting[] = []

  /** What is scarce on each node; a node that is not named, or shares nothing, always has room. */
  constructor(shares: ReadonlyMap<string, readonly Share[]>) {
    this.#shares = shares
  }

  /** Is the node one of those that cannot all be away at once? */
  isScarce(node: string): boolean {
    return this.#sharesOf(node).length > 0
  }

  /** Waits for room, in the order of the calls. Gives the node because of which there will be none any more, when its line has ended. */
  async take(node: string): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push({ node, resolve })
      this.#admit()
    })
  }

  /** The step of the node is over. */
  give(node: string, isThrough: boolean): void {
    for (const { of } of this.#sharesOf(node)) {
      this.#taken.set(of, (this.#taken.get(of) ?? 0) - 1)
      if (!isThrough) this.#ended.set(of, this.#ended.get(of) ?? node)
    }
    this.#admit()
  }

  #sharesOf(node: string): readonly Share[] {
    return this.#shares.get(node) ?? []
  }

  #admit(): void {
    const left: Waiting[] = []
    for (const waiting of this.#waiting) {
      const shares = this.#sharesOf(waiting.node)
      const because = shares.map(({ of }) => this.#ended.get(of)).find((node) => node !== undefined)
      const hasRoom = shares.every(({ of, most }) => (this.#taken.get(of) ?? 0) < most)
      if (because !== undefined) waiting.resolve(because)
      else if (hasRoom) {
        for (const { of } of shares) this.#taken.set(of, (this.#taken.get(of) ?? 0) + 1)
        waiting.resolve(undefined)
      } else left.push(waiting)
    }
    this.#waiting = left
  }
}
