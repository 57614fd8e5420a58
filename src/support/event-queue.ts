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
  const items: T[] = []
  let isRead = true
  let held: { readonly count: number; readonly go: () => void }[] = []
  let ended: { readonly error?: unknown } | undefined
  let wake: (() => void) | undefined
  const signal = (): void => {
    wake?.()
    wake = undefined
  }
  const release = (): void => {
    const free = held.filter(({ count }) => items.length < count)
    held = held.filter((each) => !free.includes(each))
    for (const { go } of free) go()
  }
  return {
    push(item) {
      if (!isRead) return
      items.push(item)
      signal()
    },
    below(count) {
      if (!isRead || items.length < count) return Promise.resolve()
      return new Promise((go) => held.push({ count, go }))
    },
    discard() {
      isRead = false
      items.length = 0
      release()
    },
    close(error) {
      ended ??= error === undefined ? {} : { error }
      signal()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (items.length > 0) {
          yield items.shift() as T
          release()
        }
        if (ended) {
          if ('error' in ended) throw ended.error
          return
        }
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
