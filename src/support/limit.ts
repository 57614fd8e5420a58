/** Runs many tasks with at most so many under way at once. */

/** Runs a task when there is room for it, in the order of the calls. */
export type Limit = <T>(task: () => Promise<T>) => Promise<T>

/** A window of `size` tasks: as one ends, the next starts. No task waits for a whole batch. */
export function limit(size: number): Limit {
  let running = 0
  const waiting: (() => void)[] = []
  const release = (): void => {
    running -= 1
    waiting.shift()?.()
  }
  return async (task) => {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve))
    running += 1
    try {
      return await task()
    } finally {
      release()
    }
  }
}
