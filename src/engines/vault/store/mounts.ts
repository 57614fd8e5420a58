/** Secrets engines and auth methods: types with their settings, by path. */
import type { Difference } from '../../../events/event.ts'
import type { Owned } from '../../steps/owned.ts'
import { granted } from '../../steps/reply.ts'
import { lookedAt, refusedStep, type Shelf, type Step } from '../../steps/step.ts'
import type { VaultApi } from '../api.ts'
import { anything } from '../replies.ts'
import { leavingPaths, mountRemoval, type StaysBehind } from './mount-removal.ts'
import { kvVersion, mountAddress, mountPlace, readMounts, type Mount, type MountSort } from './mount-table.ts'

/** What is to be mounted somewhere. */
export interface WantedMount {
  readonly path: string
  readonly type: string
  readonly description: string
  /** Of type kv alone. */
  readonly version?: 1 | 2
  /** Seconds; 0 is the system's own. */
  readonly defaultTtl: number
  readonly maxTtl: number
  readonly isListed: boolean
  /** Of auth methods alone. */
  readonly tokenType?: string
}

/** What is mounted of one sort, and what may be taken away with all that is in it. */
export interface WantedMounts {
  readonly mounts: readonly WantedMount[]
  readonly removable: readonly string[]
}

const MAKE = 20

/** The shelf of one sort. One that leaves stays for the entries of which this is said. */
export function mountShelf(
  sort: MountSort,
  wanted: WantedMounts,
  stays: StaysBehind = () => Promise.resolve(true),
): Shelf<VaultApi> {
  return {
    kind: sort.kind,
    async steps(api, owned) {
      if (api === undefined) return wanted.mounts.map((mount) => makeStep(sort, mount))
      const table = await readMounts(api, sort)
      const made = wanted.mounts.flatMap((mount) => stepFor(sort, mount, table.get(mount.path), owned) ?? [])
      const { removable } = wanted
      const leaving = leavingPaths(sort, wanted.mounts, owned).map((path) =>
        lookedAt(mountAddress(sort, path), () =>
          mountRemoval(api, sort, { path, held: table.get(path), owned, removable, staysBehind: stays }),
        ),
      )
      return [...made, ...(await Promise.all(leaving))]
    },
  }
}

function stepFor(
  sort: MountSort,
  wanted: WantedMount,
  held: Mount | undefined,
  owned: Owned,
): Step<VaultApi> | undefined {
  if (held === undefined) return makeStep(sort, wanted)
  const differences = differencesOf(wanted, held)
  if (differences.length === 0) return undefined
  const address = mountAddress(sort, wanted.path)
  const refused = (reason: string) =>
    refusedStep<VaultApi>(MAKE, { address, action: 'update', reason, differences })
  if (owned.things[address] === undefined) return refused(notOurs(sort, wanted.path))
  const isOther = wanted.type !== held.type || isVersionBack(wanted, held)
  return isOther ? refused(notChangeable(sort, wanted.path)) : tuneStep(sort, wanted, differences)
}

function notOurs({ title, client, option }: MountSort, path: string): string {
  return (
    `somebody else has a ${title} at ${path}/, so it is left alone: take ${path} out of  ${option}: , make it the same with  ${client} tune , ` +
    `or move it with  ${client} move ${path}/ NAME/`
  )
}

function notChangeable({ client, option }: MountSort, path: string): string {
  return (
    `what is there cannot become that: write  ${option}: { ${path}: { remove: allowed } }  and apply, which takes it away with all that is in it, ` +
    `then write it anew; or keep what is in it under another path, with  ${client} move ${path}/ NAME/`
  )
}

/** Entries get versions, and never lose them again (its page "KV secrets engine"). */
function isVersionBack({ version }: WantedMount, held: Mount): boolean {
  return version === 1 && kvVersion(held) === 2
}

function differencesOf(wanted: WantedMount, held: Mount): readonly Difference[] {
  const { config } = held
  const fields: readonly (readonly [string, string, string])[] = [
    ['type', held.type, wanted.type],
    ...(wanted.version === undefined || held.type !== 'kv'
      ? []
      : ([['version', String(kvVersion(held)), String(wanted.version)]] as const)),
    ['description', held.description, wanted.description],
    ['default_lease_ttl', timeText(config.default_lease_ttl), timeText(wanted.defaultTtl)],
    ['max_lease_ttl', timeText(config.max_lease_ttl), timeText(wanted.maxTtl)],
    ['listing_visibility', listing(config.listing_visibility === 'unauth'), listing(wanted.isListed)],
    ...(wanted.tokenType === undefined
      ? []
      : ([['token_type', config.token_type ?? 'default-service', wanted.tokenType]] as const)),
  ]
  return fields.flatMap(([field, is, becomes]) => (is === becomes ? [] : [{ field, is, wanted: becomes }]))
}

/** As Vault takes it; `system` stands for its own (`handleTuneWriteCommon`). */
function timeText(seconds: number): string {
  return seconds === 0 ? 'system' : `${seconds}s`
}

function listing(isListed: boolean): string {
  return isListed ? 'unauth' : 'hidden'
}

/** The settings that can be changed later, as both requests take them. */
function settingsOf({ defaultTtl, maxTtl, isListed, tokenType }: WantedMount) {
  return {
    default_lease_ttl: timeText(defaultTtl),
    max_lease_ttl: timeText(maxTtl),
    listing_visibility: listing(isListed),
    ...(tokenType !== undefined && { token_type: tokenType }),
  }
}

function makeStep(sort: MountSort, wanted: WantedMount): Step<VaultApi> {
  const { path, type, description, version } = wanted
  return {
    stage: MAKE,
    difference: {
      address: mountAddress(sort, path),
      action: 'create',
      reason: `there is no ${sort.title} at ${path}/`,
      differences: [
        { field: 'type', wanted: version === undefined ? type : `${type}, version ${version}` },
        ...(description === '' ? [] : [{ field: 'description', wanted: description }]),
      ],
    },
    before: null,
    run: async (api) => {
      const options = version === undefined ? {} : { options: { version: String(version) } }
      // Of a new one what is the system's own is left out: the word for it belongs to tuning.
      const config = Object.fromEntries(
        Object.entries(settingsOf(wanted)).filter(([, text]) => text !== 'system'),
      )
      const body = { type, description, ...options, config }
      granted(
        `making the ${sort.title} ${path}/`,
        await api.send('POST', mountPlace(sort, path), anything, body),
      )
      return {}
    },
  }
}

function tuneStep(sort: MountSort, wanted: WantedMount, differences: readonly Difference[]): Step<VaultApi> {
  const { path, description, version } = wanted
  const isUpgrade = differences.some(({ field }) => field === 'version')
  return {
    stage: MAKE,
    difference: {
      address: mountAddress(sort, path),
      action: 'update',
      reason: isUpgrade ? 'its entries get versions, which cannot be undone' : 'it has other settings',
      differences,
    },
    before: null,
    run: async (api) => {
      const options = isUpgrade ? { options: { version: String(version) } } : {}
      const body = { description, ...settingsOf(wanted), ...options }
      const reply = await api.send('POST', `${mountPlace(sort, path)}/tune`, anything, body)
      granted(`the settings of ${path}/`, reply)
      return {}
    },
  }
}
