/** How an entry leaves: our fields of it, and with the last one all of it; what somebody changed since stays. */
import type { OwnedThing } from '../../steps/owned.ts'
import { refusedStep, type Step } from '../../steps/step.ts'
import type { VaultApi } from '../api.ts'
import { readEntry, removeEntry, writeEntry, type EntryPlace, type FoundEntry } from './entry.ts'
import { entryAddress, fieldsPrint } from './entry-fields.ts'

/** Before the secrets engine that it lies in. */
const REMOVE = 40

interface Leaving {
  readonly path: string
  /** Undefined when its secrets engine is not there any more. */
  readonly place: EntryPlace | undefined
  /** Its secrets engine is taken away with all that is in it. */
  readonly goesWith: boolean
  readonly thing: OwnedThing | undefined
}

/** The step that takes an entry away. Rejects with `Refused` when it cannot be looked at. */
export async function entryRemoval(
  api: VaultApi,
  { path, place, goesWith, thing }: Leaving,
): Promise<Step<VaultApi>> {
  const found = place === undefined ? undefined : await readEntry(api, place)
  const step = (reason: string, run: (now: VaultApi) => Promise<void>): Step<VaultApi> => ({
    stage: REMOVE,
    difference: { address: entryAddress(path), action: 'remove', reason, differences: [] },
    run: async (now) => {
      await run(now)
      return undefined
    },
  })
  if (place === undefined || found === undefined)
    return step('no longer wanted, and somebody took it away already', () => Promise.resolve())
  if (goesWith) return step('no longer wanted; it goes with its secrets engine', () => Promise.resolve())
  const { others, isChanged } = partsOf(found, thing)
  if (isChanged) return refusedStep(REMOVE, step(changedSince(place), () => Promise.resolve()).difference)
  const names = Object.keys(others)
  if (names.length > 0) {
    const stays = `no longer wanted; what others have in it stays: ${names.toSorted().join(', ')}`
    return step(stays, (now) => writeEntry(now, place, { fields: others, version: found.version }))
  }
  const lost = place.version === 2 ? 'no longer wanted; all its versions go, for good' : 'no longer wanted'
  return step(lost, (now) => removeEntry(now, place))
}

/** Nothing of it is left once our fields are gone, and nobody changed those. Rejects with `Refused` when it cannot be looked at. */
export async function leavesWhole(
  api: VaultApi,
  place: EntryPlace,
  thing: OwnedThing | undefined,
): Promise<boolean> {
  const { others, isChanged } = partsOf((await readEntry(api, place)) ?? { version: 0 }, thing)
  return !isChanged && Object.keys(others).length === 0
}

function partsOf({ fields }: FoundEntry, thing: OwnedThing | undefined) {
  const owned = new Set(thing?.fields ?? [])
  const entries = Object.entries(fields ?? {})
  const ours = Object.fromEntries(entries.filter(([name]) => owned.has(name)))
  return {
    others: Object.fromEntries(entries.filter(([name]) => !owned.has(name))),
    // One that somebody deleted has nothing left to be changed.
    isChanged: fields !== undefined && fieldsPrint(ours) !== thing?.wanted,
  }
}

function changedSince({ mount, key, version }: EntryPlace): string {
  const words =
    version === 2
      ? `vault kv metadata delete -mount=${mount} ${key}`
      : `vault kv delete -mount=${mount} ${key}`
  return `no longer wanted, and somebody changed it since, so it stays:  ${words}  takes it away`
}
