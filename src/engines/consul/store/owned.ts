/** The list of what Bramble made or changed in Consul, kept in Consul itself, so that what leaves the cluster file can be removed. */
import { z } from 'zod'
import type { ConsulApi } from '../api.ts'
import { OWNED_KEY } from '../names.ts'
import { kvReply } from '../replies.ts'
import { granted, grantedOrMissing, Refused } from './step.ts'

const thingSchema = z.object({
  /** Consul's own name for it, where that is not in its address. */
  id: z.string().optional(),
  /** Fingerprint of what was wanted when it was written. */
  wanted: z.string().optional(),
  /** Consul's hash of what it held then: when both are the same, nobody need be asked for the content. */
  hash: z.string().optional(),
  /** What was there before the first change; null when nothing was. */
  before: z.record(z.string(), z.unknown()).nullable(),
})

const listSchema = z.object({ version: z.literal(1), things: z.record(z.string(), thingSchema) })

/** What is remembered of one thing. */
export type OwnedThing = z.output<typeof thingSchema>

/** The list, with the index that the next write must start from. */
export interface Owned {
  readonly things: Readonly<Record<string, OwnedThing>>
  /** 0 when there is no list yet. */
  readonly index: number
}

export const NOTHING_OWNED: Owned = { things: {}, index: 0 }

/** Reads the list. Rejects with {@link Refused} when it cannot be read, or is not ours to read. */
export async function readOwned(api: ConsulApi): Promise<Owned> {
  const entries = grantedOrMissing('the list of owned things', await api.get(`/v1/kv/${OWNED_KEY}`, kvReply))
  const [entry] = entries ?? []
  if (entry === undefined) return NOTHING_OWNED
  const parsed = listSchema.safeParse(jsonOrNothing(entry.Value.toString()))
  if (!parsed.success) {
    throw new Refused(`the key ${OWNED_KEY}`, {
      status: 0,
      problem: 'is not the list that Bramble wrote there; a newer version may have, or somebody changed it',
    })
  }
  return { things: parsed.data.things, index: entry.ModifyIndex }
}

/** Writes the list if nobody else did since it was read; rejects with {@link Refused} otherwise. */
export async function writeOwned(api: ConsulApi, owned: Owned, things: Owned['things']): Promise<Owned> {
  const sorted = Object.fromEntries(Object.entries(things).sort(([a], [b]) => (a < b ? -1 : 1)))
  const written = granted(
    'writing the list of owned things',
    await api.send('PUT', `/v1/kv/${OWNED_KEY}?cas=${owned.index}`, z.boolean(), {
      json: { version: 1, things: sorted },
    }),
  )
  if (!written) {
    throw new Refused('writing the list of owned things', {
      status: 0,
      problem: 'another run changes this cluster at the same time',
    })
  }
  return readOwned(api)
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
