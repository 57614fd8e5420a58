/** Lets only so many wait for the same thing at once. */

/** A number of places for each name; whoever finds none waits for its turn. */
export class Slots {
  readonly #places: number
  readonly #taken = new Map<string, number>()
  readonly #waiting = new Map<string, (() => void)[]>()

  constructor(places: number) {
    this.#places = places
  }

  /** Resolves when there is a place, with the function that gives it back; calling that twice does no harm. */
  async take(name: string): Promise<() => void> {
    const taken = this.#taken.get(name) ?? 0
    if (taken < this.#places) {
      this.#taken.set(name, taken + 1)
    } else {
      const queue = this.#waiting.get(name) ?? []
      this.#waiting.set(name, queue)
      // Whoever leaves hands the place over, so the number of taken ones stays as it is.
      await new Promise<void>((resolve) => queue.push(resolve))
    }
    let given = false
    return () => {
      if (given) return
      given = true
      this.#leave(name)
    }
  }

  #leave(name: string): void {
    const next = this.#waiting.get(name)?.shift()
    if (next) next()
    else this.#taken.set(name, (this.#taken.get(name) ?? 1) - 1)
  }
}
