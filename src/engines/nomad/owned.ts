/** Where Nomad keeps the list of what is owned: a variable of its own, which Nomad encrypts and no work can read. */
import { NOTHING_OWNED, ownedFrom, ownedList, type Owned } from '../steps/owned.ts'
import { granted, grantedOrMissing, Refused } from '../steps/reply.ts'
import type { NomadApi } from './api.ts'
import { OWNED_PATH } from './names.ts'
import { variableReply } from './replies.ts'

const PATH = `/v1/var/${OWNED_PATH}`
/** The server's word for a write that does not start from what is there (`variables.cas`). */
const CONFLICT = 409

/** Reads the list. Rejects with {@link Refused} when it cannot be read, or is not ours to read. */
export async function readOwned(api: NomadApi): Promise<Owned> {
  const found = grantedOrMissing('the list of owned things', await api.get(PATH, variableReply))
  if (found === undefined) return NOTHING_OWNED
  return ownedFrom(`the variable ${OWNED_PATH}`, found.Items?.['list'] ?? '', found.ModifyIndex)
}

/** Writes the list if nobody else did since it was read; rejects with {@link Refused} otherwise. */
export async function writeOwned(api: NomadApi, owned: Owned, things: Owned['things']): Promise<Owned> {
  const body = { Items: { list: JSON.stringify(ownedList(things)) } }
  const written = await api.send('PUT', `${PATH}?cas=${owned.index}`, variableReply, body)
  if (!written.ok && written.status === CONFLICT) {
    throw new Refused('writing the list of owned things', {
      status: CONFLICT,
      problem: 'another run changes this cluster at the same time',
    })
  }
  return { things, index: granted('writing the list of owned things', written).ModifyIndex }
}
