/** Puts the entries of many nodes into one order, by their times. */
import type { JournalEntry } from './journal-entry.ts'

/** Entries that are there already, each node's in order: merged without holding more than one of each node. */
export async function* inTimeOrder(
  sources: readonly AsyncIterable<JournalEntry>[],
): AsyncGenerator<JournalEntry> {
  const readers = sources.map((source) => source[Symbol.asyncIterator]())
  const heads = await Promise.all(readers.map((reader) => reader.next()))
  for (;;) {
    let first = -1
    for (const [index, head] of heads.entries()) {
      if (head.done === true) continue
      const best = heads[first]
      if (best === undefined || best.done === true || head.value.microseconds < best.value.microseconds)
        first = index
    }
    const head = heads[first]
    const reader = readers[first]
    if (head === undefined || head.done === true || reader === undefined) return
    yield head.value
    heads[first] = await reader.next()
  }
}

/** Entries in the order of their times; of equal times the one that came first. */
export function sortedByTime(entries: readonly JournalEntry[]): JournalEntry[] {
  return entries.toSorted((one, other) => one.microseconds - other.microseconds)
}

/** How long an entry waits for one of another node that is older. */
const TOGETHER_MILLISECONDS = 300
/** So many wait for whoever shows them; meanwhile no more is taken. */
const MOST = 10_000

/** Entries as they come, those that come together in the order of their times. */
export async function* asTheyCome(
  sources: readonly AsyncIterable<JournalEntry>[],
): AsyncGenerator<JournalEntry> {
  let together: JournalEntry[] = []
  const open = new Set(sources)
  let wake = (): void => undefined
  let makeRoom = (): void => undefined
  let room = Promise.resolve()
  const takings = sources.map(async (source) => {
    try {
      for await (const entry of source) {
        if (together.push(entry) === MOST) room = new Promise((resolve) => (makeRoom = resolve))
        wake()
        await room
      }
    } finally {
      open.delete(source)
      wake()
    }
  })
  const taken = Promise.all(takings)
  // It is awaited when all have ended; until then nobody would hear of its failure.
  taken.catch(() => undefined)
  while (open.size > 0 || together.length > 0) {
    if (together.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    if (open.size > 0) await new Promise((resolve) => setTimeout(resolve, TOGETHER_MILLISECONDS))
    const now = sortedByTime(together)
    together = []
    makeRoom()
    yield* now
  }
  await taken
}
