/** One entry of a secrets engine of type kv, as Vault holds it: read, written and removed in either version (its page "KV secrets engine"). */
import { z } from 'zod'
import { poll } from '../../../support/poll.ts'
import { granted, grantedOrMissing, Refused, type Reply } from '../../steps/reply.ts'
import type { VaultApi } from '../api.ts'
import { anything } from '../replies.ts'
import { pathText } from './mount-table.ts'

/** Where an entry lies. */
export interface EntryPlace {
  /** Path of the secrets engine, without a slash at its end. */
  readonly mount: string
  readonly key: string
  readonly version: 1 | 2
}

/** An entry that is there, or was. */
export interface FoundEntry {
  /** Left out when its newest version was deleted. */
  readonly fields?: Readonly<Record<string, unknown>>
  /** Number of the newest version; 0 where there are none. */
  readonly version: number
}

const plainReply = z.object({ data: z.record(z.string(), z.unknown()) })
const versionedReply = z.object({
  data: z.object({
    data: z.record(z.string(), z.unknown()).nullable(),
    metadata: z.object({ version: z.number() }),
  }),
})

const UPGRADE_SECONDS = 60

/** Asks until a secrets engine has its versions: for moments after it was made it answers with 400 and says so (vault-plugin-secrets-kv, `upgrade.go`). */
export async function onceUpgraded<Value>(ask: () => Promise<Reply<Value>>): Promise<Reply<Value>> {
  let reply = await ask()
  const isOver = (): boolean => reply.ok || !/from non-versioned to versioned/i.test(reply.problem)
  if (isOver()) return reply
  await poll(
    async () => {
      reply = await ask()
      return { passed: isOver(), detail: 'it makes its versions' }
    },
    { patienceSeconds: UPGRADE_SECONDS, pauseSeconds: 0.1 },
  )
  return reply
}

/** How an entry is called in sentences and on the command line. */
export function entryName({ mount, key }: Pick<EntryPlace, 'mount' | 'key'>): string {
  return `${mount}/${key}`
}

/** Reads it; nothing when there has never been one. Rejects with {@link Refused}. */
export async function readEntry(api: VaultApi, place: EntryPlace): Promise<FoundEntry | undefined> {
  const what = `reading the entry ${entryName(place)}`
  if (place.version === 1) {
    const held = grantedOrMissing(what, await api.get(plainPath(place), plainReply))
    return held && { fields: held.data, version: 0 }
  }
  const reply = await onceUpgraded(() => api.get(versionedPath(place, 'data'), versionedReply))
  if (reply.ok) return foundIn(reply.value)
  // One whose newest version was deleted is told with 404 and its number (`path_data.go`).
  const deleted = reply.status === 404 ? versionedReply.safeParse(jsonOrNothing(reply.text)) : undefined
  if (deleted?.success === true) return foundIn(deleted.data)
  grantedOrMissing(what, reply)
  return undefined
}

function foundIn({ data }: z.output<typeof versionedReply>): FoundEntry {
  const { data: fields, metadata } = data
  return { version: metadata.version, ...(fields !== null && { fields }) }
}

/** Writes what was seen before and nothing else: with versions, nobody else's change is lost. Rejects with {@link Refused}. */
export async function writeEntry(
  api: VaultApi,
  place: EntryPlace,
  { fields, version }: Required<FoundEntry>,
): Promise<void> {
  const what = `writing the entry ${entryName(place)}`
  if (place.version === 1) {
    granted(what, await api.send('POST', plainPath(place), anything, fields))
    return
  }
  const body = { options: { cas: version }, data: fields }
  const path = versionedPath(place, 'data')
  const reply = await onceUpgraded(() => api.send('POST', path, anything, body))
  if (!reply.ok && /check-and-set/i.test(reply.problem))
    throw new Refused(what, { status: reply.status, problem: 'somebody else changed it just now' })
  granted(what, reply)
}

/** Removes it, all its versions with it. Rejects with {@link Refused}. */
export async function removeEntry(api: VaultApi, place: EntryPlace): Promise<void> {
  const path = place.version === 1 ? plainPath(place) : versionedPath(place, 'metadata')
  granted(`removing the entry ${entryName(place)}`, await api.send('DELETE', path, anything))
}

function plainPath({ mount, key }: EntryPlace): string {
  return `/v1/${pathText(mount)}/${pathText(key)}`
}

function versionedPath({ mount, key }: EntryPlace, part: 'data' | 'metadata'): string {
  return `/v1/${pathText(mount)}/${part}/${pathText(key)}`
}

function jsonOrNothing(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
