/** Entries of the key-value store. */
import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import type { ConsulApi } from '../api.ts'
import { anything, kvReply } from '../replies.ts'
import type { Owned, OwnedThing } from '../../steps/owned.ts'
import { lookedAt, type Shelf, type Step } from '../../steps/step.ts'
import { granted, grantedOrMissing, Refused } from '../../steps/reply.ts'

/** A wanted entry. */
export interface WantedEntry {
  readonly key: string
  readonly value: string
  /** The value does not show anywhere. */
  readonly sensitive: boolean
}

interface Found {
  readonly value: Buffer
  /** Meant for whoever put the entry there; decimal digits. They stay as they are, whatever the value. */
  readonly flags: string
  readonly index: number
}

const KIND = 'consul-kv'
const MAKE = 30
const REMOVE = 40
/** Of what somebody else had there; it is kept in the list of owned things, which may have 512 KiB in all. */
const LARGEST_BEFORE_BYTES = 64 * 1024

/** The shelf of entries. */
export function kvShelf(wanted: readonly WantedEntry[]): Shelf<ConsulApi> {
  return {
    kind: KIND,
    async steps(api, owned) {
      const made = await Promise.all(
        wanted.map((entry) =>
          lookedAt(addressOf(entry.key), async () => makeStep(entry, api && (await read(api, entry.key)))),
        ),
      )
      return [...made.filter((step) => step !== undefined), ...removals(wanted, owned)]
    },
  }
}

function addressOf(key: string): string {
  return `${KIND}:${key}`
}

/** Path of a key; what is no letter, digit or slash is escaped. */
function pathOf(key: string): string {
  return `/v1/kv/${key.split('/').map(encodeURIComponent).join('/')}`
}

async function read(api: ConsulApi, key: string): Promise<Found | undefined> {
  const [entry] = grantedOrMissing(`reading the key ${key}`, await api.get(pathOf(key), kvReply)) ?? []
  return entry && { value: entry.Value, flags: String(entry.Flags), index: entry.ModifyIndex }
}

function shownValue({ value }: Found): string {
  return isUtf8(value) ? value.toString() : `${value.length} bytes that are no text`
}

function makeStep(entry: WantedEntry, found: Found | undefined): Step<ConsulApi> | undefined {
  if (found?.value.equals(Buffer.from(entry.value))) return undefined
  const shown = entry.sensitive ? {} : { ...(found && { is: shownValue(found) }), wanted: entry.value }
  return {
    stage: MAKE,
    difference: {
      address: addressOf(entry.key),
      action: found ? 'update' : 'create',
      reason: found ? 'the entry has another value' : 'there is no such entry',
      differences: [{ field: 'value', ...shown }],
    },
    before: found ? { value: found.value.toString('base64'), flags: found.flags } : null,
    run: async (api) => {
      if (found && found.value.length > LARGEST_BEFORE_BYTES) {
        throw new Refused(`the key ${entry.key}`, {
          status: 0,
          problem: `holds ${found.value.length} bytes of somebody else, too many to keep for later; remove it first`,
        })
      }
      await write(api, entry, found)
      return {}
    },
  }
}

/** Writes only what was seen before: nobody else's change is lost. */
async function write(
  api: ConsulApi,
  { key, value }: WantedEntry,
  { flags, index }: Pick<Found, 'flags' | 'index'> = { flags: '0', index: 0 },
): Promise<void> {
  const written = granted(
    `writing the key ${key}`,
    await api.send('PUT', `${pathOf(key)}?cas=${index}&flags=${flags}`, z.boolean(), { text: value }),
  )
  if (written) return
  throw new Refused(`writing the key ${key}`, { status: 0, problem: 'somebody else changed it just now' })
}

function removals(wanted: readonly WantedEntry[], owned: Owned): Step<ConsulApi>[] {
  const keys = new Set(wanted.map(({ key }) => addressOf(key)))
  return Object.entries(owned.things)
    .filter(([address]) => address.startsWith(addressOf('')) && !keys.has(address))
    .map(([address, thing]) => removeStep(address, thing.before))
}

function removeStep(address: string, before: OwnedThing['before']): Step<ConsulApi> {
  return {
    stage: REMOVE,
    difference: {
      address,
      action: 'remove',
      reason: before ? 'no longer wanted; the value of before is put back' : 'no longer wanted',
      differences: [],
    },
    run: async (api) => {
      const key = address.slice(addressOf('').length)
      const what = `removing the key ${key}`
      if (before === null) granted(what, await api.send('DELETE', pathOf(key), anything))
      else {
        const bytes = Buffer.from(String(before['value']), 'base64')
        const flags = typeof before['flags'] === 'string' ? before['flags'] : '0'
        const path = `${pathOf(key)}?flags=${flags}`
        granted(what, await api.send('PUT', path, anything, { bytes }))
      }
      return undefined
    },
  }
}
