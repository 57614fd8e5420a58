/** What one line of a journal file can be: the head, which comes first, or an event. */
import type { Event } from '../events/event.ts'

/** Who started what, when and with which version: the first line of a journal file. */
export interface JournalHead {
  readonly v: 1
  readonly type: 'journal'
  readonly run: string
  /** RFC 3339, by the clock of the computer that ran it. */
  readonly at: string
  readonly by: string
  readonly command: string
  readonly arguments: readonly string[]
  readonly version: string
  /** With `computer`: tells whether an unfinished run is still going on. */
  readonly pid: number
  readonly computer: string
}

/** Reads one line; undefined for one that was cut off or is of another origin. */
export function parseJournalLine(line: string): JournalHead | Event | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { type, at, run } = value as Record<string, unknown>
  if (typeof type !== 'string' || typeof at !== 'string' || typeof run !== 'string') return undefined
  return value as JournalHead | Event
}
