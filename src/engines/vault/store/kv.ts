/** Entries of secrets engines of type kv: fields by path. A field is ours, not the entry: what others have in it stays. */
import type { Owned, OwnedThing } from '../../steps/owned.ts'
import { Refused } from '../../steps/reply.ts'
import { lookedAt, refusedStep, type Found, type Shelf, type Step } from '../../steps/step.ts'
import type { VaultApi } from '../api.ts'
import { entryName, readEntry, writeEntry, type EntryPlace, type FoundEntry } from './entry.ts'
import { ENTRY_KIND, entryAddress, fieldsPrint } from './entry-fields.ts'
import { entryRemoval, leavesWhole } from './kv-removal.ts'
import type { StaysBehind } from './mount-removal.ts'
import { kvVersion, mountAddress, readMounts, SECRETS_ENGINES, type Mount } from './mount-table.ts'
import type { WantedMount, WantedMounts } from './mounts.ts'

/** A wanted entry. */
export interface WantedEntry {
  /** With the path of its secrets engine in front, such as `kv/app/database`. */
  readonly path: string
  readonly fields: Readonly<Record<string, string>>
}

/** After the secrets engines. */
const MAKE = 30

/** Which secrets engine has which version, by path; undefined for one of another type. */
type Engines = ReadonlyMap<string, 1 | 2 | undefined>

/** The shelf of entries. `mounts` are the secrets engines that are wanted: an entry may lie in one that is yet to be made. */
export function kvShelf(
  wanted: readonly WantedEntry[],
  { mounts, removable }: WantedMounts,
): Shelf<VaultApi> {
  return {
    kind: ENTRY_KIND,
    async steps(api, owned) {
      const held = api === undefined ? new Map<string, Mount>() : await readMounts(api, SECRETS_ENGINES)
      const engines = enginesOf(held, mounts)
      const made = wanted.map((entry) =>
        lookedAt(entryAddress(entry.path), () => stepFor(entry, { api, held, engines, owned })),
      )
      const paths = new Set(wanted.map(({ path }) => entryAddress(path)))
      const leaving = api === undefined ? [] : leavingPaths(owned, paths)
      const removed = leaving.map((path) =>
        lookedAt(entryAddress(path), () => {
          const place = placeIn(enginesOf(held, []), path)
          const isOurs =
            place !== undefined && owned.things[mountAddress(SECRETS_ENGINES, place.mount)] !== undefined
          const goesWith = isOurs && removable.includes(place.mount)
          return entryRemoval(api as VaultApi, {
            path,
            place,
            goesWith,
            thing: owned.things[entryAddress(path)],
          })
        }),
      )
      const found = await Promise.all([...made, ...removed])
      return found.filter((one): one is Found<VaultApi> => one !== undefined)
    },
  }
}

function leavingPaths({ things }: Owned, wanted: ReadonlySet<string>): readonly string[] {
  return Object.keys(things)
    .filter((address) => address.startsWith(entryAddress('')) && !wanted.has(address))
    .map((address) => address.slice(entryAddress('').length))
}

/** Says of an entry whether it is still there after this run, so that its secrets engine stays for it. */
export function staysBehind(wanted: readonly WantedEntry[]): StaysBehind {
  const paths = new Set(wanted.map(({ path }) => path))
  return async (api, place, { things }) => {
    const path = entryName(place)
    const thing = things[entryAddress(path)]
    return thing === undefined || paths.has(path) || !(await leavesWhole(api, place, thing))
  }
}

/** Those that are there, as they are wanted: entries get versions and never lose them. */
function enginesOf(held: ReadonlyMap<string, Mount>, wanted: readonly WantedMount[]): Engines {
  const engines = new Map<string, 1 | 2 | undefined>()
  for (const [path, mount] of held) engines.set(path, mount.type === 'kv' ? kvVersion(mount) : undefined)
  for (const { path, type, version = 1 } of wanted)
    engines.set(path, type === 'kv' ? (engines.get(path) === 2 ? 2 : version) : undefined)
  return engines
}

/** The longest path of a secrets engine that an entry lies in; undefined where there is none for entries. */
function placeIn(engines: Engines, path: string): EntryPlace | undefined {
  const [mount] = [...engines.keys()]
    .filter((one) => path.startsWith(`${one}/`))
    .toSorted((a, b) => b.length - a.length)
  const version = mount === undefined ? undefined : engines.get(mount)
  if (mount === undefined || version === undefined) return undefined
  return { mount, version, key: path.slice(mount.length + 1) }
}

interface Sight {
  readonly api: VaultApi | undefined
  readonly held: ReadonlyMap<string, Mount>
  readonly engines: Engines
  readonly owned: Owned
}

async function stepFor(
  entry: WantedEntry,
  { api, held, engines, owned }: Sight,
): Promise<Step<VaultApi> | undefined> {
  const address = entryAddress(entry.path)
  const place = placeIn(engines, entry.path)
  if (place === undefined) return refused(address, 'create', noEngine(entry.path))
  const thing = owned.things[address]
  // What is yet to be made holds nothing.
  const now = placeIn(enginesOf(held, []), entry.path)
  const found = api === undefined || now?.mount !== place.mount ? undefined : await readEntry(api, now)
  const differing = differingFields(entry, found?.fields, thing)
  if (differing.length === 0) return undefined
  if (found !== undefined && thing === undefined) return refused(address, 'update', notOurs(place))
  const isReshaped = now?.mount === place.mount && now.version !== place.version
  return makeStep({ entry, place, found, thing, isReshaped }, differing)
}

function differingFields(
  entry: WantedEntry,
  held: FoundEntry['fields'] = {},
  thing: OwnedThing | undefined,
): readonly string[] {
  const differing = Object.keys(entry.fields).filter((name) => held[name] !== entry.fields[name])
  return [...differing, ...staleFields(entry, thing).filter((name) => name in held)]
}

/** Ours from before that nobody wants any more. */
function staleFields({ fields }: WantedEntry, thing: OwnedThing | undefined): readonly string[] {
  return (thing?.fields ?? []).filter((name) => !(name in fields))
}

function refused(address: string, action: 'create' | 'update', reason: string): Step<VaultApi> {
  return refusedStep(MAKE, { address, action, reason, differences: [] })
}

function noEngine(path: string): string {
  const [mount = ''] = path.split('/')
  return `no secrets engine of type kv has this path: write  mounts: { ${mount}: { type: kv, version: 2 } }`
}

function notOurs({ mount, key, version }: EntryPlace): string {
  const words = version === 2 ? 'vault kv metadata delete' : 'vault kv delete'
  return (
    'somebody else has an entry there, or had one, so it is left alone: choose another path; or, if nobody needs it any more, ' +
    `${words} -mount=${mount} ${key}  and apply again`
  )
}

interface Making {
  readonly entry: WantedEntry
  readonly place: EntryPlace
  readonly found: FoundEntry | undefined
  readonly thing: OwnedThing | undefined
  /** Its entries get versions in this run, before it is written. */
  readonly isReshaped: boolean
}

/** Values are never among the differences: whatever is in Vault is a secret. */
function makeStep(making: Making, differing: readonly string[]): Step<VaultApi> {
  const { entry, found, thing } = making
  const remembered = { wanted: fieldsPrint(entry.fields), fields: Object.keys(entry.fields).toSorted() }
  const isThere = found?.fields !== undefined
  const missing = found === undefined ? 'there is no such entry' : 'somebody deleted it'
  return {
    stage: MAKE,
    difference: {
      address: entryAddress(entry.path),
      action: isThere ? 'update' : 'create',
      reason: isThere ? 'fields of it are not as wanted' : missing,
      differences: differing.map((field) => ({ field })),
    },
    before: null,
    claims: {
      ...remembered,
      fields: [...new Set([...remembered.fields, ...(thing?.fields ?? [])])].toSorted(),
    },
    run: async (api) => {
      await write(api, making)
      return remembered
    },
  }
}

async function write(api: VaultApi, { entry, place, found, thing, isReshaped }: Making): Promise<void> {
  const now = isReshaped || place.version === 1 ? await readEntry(api, place) : found
  // Without versions Vault cannot be told what was seen.
  if (!isReshaped && JSON.stringify(now) !== JSON.stringify(found))
    throw new Refused(`the entry ${entry.path}`, { status: 0, problem: 'somebody else changed it just now' })
  const stale = staleFields(entry, thing)
  const others = Object.entries(now?.fields ?? {}).filter(([name]) => !stale.includes(name))
  const fields = { ...Object.fromEntries(others), ...entry.fields }
  await writeEntry(api, place, { fields, version: now?.version ?? 0 })
}
