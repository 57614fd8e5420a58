/** Where Vault keeps the list of what is owned: an entry in a secrets engine of our own, which is there while there is something on the list. */
import { z } from 'zod'
import { NOTHING_OWNED, ownedFrom, ownedList, type Owned } from '../../steps/owned.ts'
import { granted, Refused } from '../../steps/reply.ts'
import type { VaultApi } from '../api.ts'
import { OWNED_MOUNT } from '../names.ts'
import { anything } from '../replies.ts'
import { onceUpgraded, readEntry, writeEntry } from './entry.ts'
import { readMounts, SECRETS_ENGINES, type Mount } from './mount-table.ts'

const DESCRIPTION = 'Bramble: the list of what it made in this Vault'
const PLACE = { mount: OWNED_MOUNT, key: 'owned', version: 2 } as const
const WHAT = 'the list of owned things'

/** Reads the list. Rejects with {@link Refused} when it cannot be read, or is not ours to read. */
export async function readOwned(api: VaultApi): Promise<Owned> {
  const mount = (await readMounts(api, SECRETS_ENGINES)).get(OWNED_MOUNT)
  if (mount === undefined) return NOTHING_OWNED
  if (!isOurs(mount)) {
    throw new Refused(WHAT, {
      status: 0,
      problem:
        `there is a secrets engine of somebody else at ${OWNED_MOUNT}/, where Bramble keeps it; ` +
        `vault secrets move ${OWNED_MOUNT}/ NAME/  gives it another path`,
    })
  }
  const found = await readEntry(api, PLACE)
  const { version = 0, fields } = found ?? {}
  if (fields === undefined) return { ...NOTHING_OWNED, index: version }
  return ownedFrom(`the entry ${OWNED_MOUNT}/owned`, JSON.stringify(fields), version)
}

function isOurs({ type, options, description }: Mount): boolean {
  return type === 'kv' && options?.['version'] === '2' && description === DESCRIPTION
}

/** Writes the list if nobody else did since it was read; rejects with {@link Refused} otherwise. An empty one is taken away with its secrets engine. */
export async function writeOwned(api: VaultApi, owned: Owned, things: Owned['things']): Promise<Owned> {
  if (Object.keys(things).length === 0) {
    granted(`removing ${WHAT}`, await api.send('DELETE', `/v1/sys/mounts/${OWNED_MOUNT}`, anything))
    return NOTHING_OWNED
  }
  if (owned.index === 0) await makePlace(api)
  await writeEntry(api, PLACE, { fields: ownedList(things), version: owned.index })
  return { things, index: owned.index + 1 }
}

/** Makes it where a run that was cut off has not. */
async function makePlace(api: VaultApi): Promise<void> {
  if (!(await readMounts(api, SECRETS_ENGINES)).has(OWNED_MOUNT)) {
    const wanted = { type: 'kv', description: DESCRIPTION, options: { version: '2' } }
    granted(WHAT, await api.send('POST', `/v1/sys/mounts/${OWNED_MOUNT}`, anything, wanted))
  }
  // What was on the list before is nobody's business any more.
  const settings = { max_versions: 1, cas_required: true }
  const path = `/v1/${OWNED_MOUNT}/config`
  granted(WHAT, await onceUpgraded(() => api.send('POST', path, z.unknown(), settings)))
}
