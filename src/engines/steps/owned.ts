/** The list of what Bramble made or changed in an engine, kept in that engine, so that what leaves the cluster file can be removed. */
import { z } from 'zod'
import { Refused } from './reply.ts'

const thingSchema = z.object({
  /** The engine's own name for it, where that is not in its address. */
  id: z.string().optional(),
  /** Fingerprint of what was wanted when it was written. */
  wanted: z.string().optional(),
  /** The engine's hash of what it held then: when both are the same, nobody need be asked for the content. */
  hash: z.string().optional(),
  /** The parts of it that are ours, where others may have parts of their own in it. */
  fields: z.array(z.string()).optional(),
  /** What was there before the first change; null when nothing was. */
  before: z.record(z.string(), z.unknown()).nullable(),
})

const listSchema = z.object({ version: z.literal(1), things: z.record(z.string(), thingSchema) })

/** What is remembered of one thing. */
export type OwnedThing = z.output<typeof thingSchema>

/** The list, with the version of it that the next write must start from. */
export interface Owned {
  readonly things: Readonly<Record<string, OwnedThing>>
  /** 0 when there is no list yet. */
  readonly index: number
}

export const NOTHING_OWNED: Owned = { things: {}, index: 0 }

/** Reads the list from its text. `place` is where the engine keeps it. Throws {@link Refused} when that is not ours to read. */
export function ownedFrom(place: string, text: string, index: number): Owned {
  const parsed = listSchema.safeParse(jsonOrNothing(text))
  if (!parsed.success) {
    throw new Refused(place, {
      status: 0,
      problem: 'is not the list that Bramble wrote there; a newer version may have, or somebody changed it',
    })
  }
  return { things: parsed.data.things, index }
}

/** What is written for it: the same things give the same text. */
export function ownedList(things: Owned['things']): z.output<typeof listSchema> {
  return {
    version: 1,
    things: Object.fromEntries(Object.entries(things).sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
