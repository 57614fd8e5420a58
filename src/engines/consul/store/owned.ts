/** Where Consul keeps the list of what is owned: an entry of its key-value store. */
import { z } from 'zod'
import { NOTHING_OWNED, ownedFrom, ownedList, type Owned } from '../../steps/owned.ts'
import { granted, grantedOrMissing, Refused } from '../../steps/reply.ts'
import type { ConsulApi } from '../api.ts'
import { OWNED_KEY } from '../names.ts'
import { kvReply } from '../replies.ts'

/** Reads the list. Rejects with {@link Refused} when it cannot be read, or is not ours to read. */
export async function readOwned(api: ConsulApi): Promise<Owned> {
  const entries = grantedOrMissing('the list of owned things', await api.get(`/v1/kv/${OWNED_KEY}`, kvReply))
  const [entry] = entries ?? []
  if (entry === undefined) return NOTHING_OWNED
  return ownedFrom(`the key ${OWNED_KEY}`, entry.Value.toString(), entry.ModifyIndex)
}

/** Writes the list if nobody else did since it was read; rejects with {@link Refused} otherwise. */
export async function writeOwned(api: ConsulApi, owned: Owned, things: Owned['things']): Promise<Owned> {
  const written = granted(
    'writing the list of owned things',
    await api.send('PUT', `/v1/kv/${OWNED_KEY}?cas=${owned.index}`, z.boolean(), { json: ownedList(things) }),
  )
  if (!written) {
    throw new Refused('writing the list of owned things', {
      status: 0,
      problem: 'another run changes this cluster at the same time',
    })
  }
  return readOwned(api)
}
