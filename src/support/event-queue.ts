/** Turns calls into an async iterable: one side pushes, the other one reads at its own pace. */

/** A queue with one reader. Nothing is lost; the reader ends after `close` once everything is read. */
export interface EventQueue<T> extends AsyncIterable<T> {
  push(item: T): void
  /** Resolves when fewer than so many items wait for the reader: for whoever can hold back. */
  below(count: number): Promise<void>
  /** Nobody reads any more: what waits is dropped, and so is what comes. */
  discard(): void
  /** Ends the reader, with this error when one is given. */
  close(error?: unknown): void
}

/** Makes an empty queue. */
export function eventQueue<T>(): EventQueue<T> {
  return new Queue<T>()
}

interface Held {
  readonly count: number
  readonly go: () => void
}

class Queue<T> implements EventQueue<T> {
  readonly #items: T[] = []
  #isRead = true
  #held: readonly Held[] = []
  #ended: { readonly error?: unknown } | undefined
  #wake = (): void => undefined

  push(item: T): void {
    if (!this.#isRead) return
    this.#items.push(item)
    this.#wake()
  }

  below(count: number): Promise<void> {
    if (!this.#isRead || this.#items.length < count) return Promise.resolve()
    return new Promise((go) => (this.#held = [...this.#held, { count, go }]))
  }

  discard(): void {
    this.#isRead = false
    this.#items.length = 0
    this.#release()
  }

  close(error?: unknown): void {
    this.#ended ??= error === undefined ? {} : { error }
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      while (this.#items.length > 0) {
        yield this.#items.shift() as T
        this.#release()
      }
      if (this.#ended) {
        if ('error' in this.#ended) throw this.#ended.error
        return
      }
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #release(): void {
    const free = this.#held.filter(({ count }) => this.#items.length < count)
    this.#held = this.#held.filter((each) => !free.includes(each))
    for (const { go } of free) go()
  }
}
