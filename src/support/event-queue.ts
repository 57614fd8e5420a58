/** Turns calls into an async iterable: one side pushes, the other one reads at its own pace. */

/** A queue with one reader. Nothing is lost; the reader ends after `close` once everything is read. */
export interface EventQueue<T> extends AsyncIterable<T> {
  push(item: T): void
  /** Ends the reader, with this error when one is given. */
  close(error?: unknown): void
}

/** Makes an empty queue. */
export function eventQueue<T>(): EventQueue<T> {
  const items: T[] = []
  let ended: { readonly error?: unknown } | undefined
  let wake: (() => void) | undefined
  const signal = (): void => {
    wake?.()
    wake = undefined
  }
  return {
    push(item) {
      items.push(item)
      signal()
    },
    close(error) {
      ended ??= error === undefined ? {} : { error }
      signal()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (items.length > 0) yield items.shift() as T
        if (ended) {
          if ('error' in ended) throw ended.error
          return
        }
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
