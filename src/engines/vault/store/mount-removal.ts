/** How a secrets engine or an auth method leaves: with all that is in it, for good; so only when that is nothing, or when the cluster file says so. */
import type { Owned } from '../../steps/owned.ts'
import { granted, Refused } from '../../steps/reply.ts'
import { refusedStep, type Step } from '../../steps/step.ts'
import type { VaultApi } from '../api.ts'
import { anything } from '../replies.ts'
import { contentsOf, contentsText, type Contents } from './contents.ts'
import type { EntryPlace } from './entry.ts'
import { kvVersion, mountAddress, mountPlace, type Mount, type MountSort } from './mount-table.ts'

/** After the entries, which are asked to go first. */
const REMOVE = 50

/** Paths of those that are ours and that nobody wants any more. */
export function leavingPaths(
  { kind }: MountSort,
  mounts: readonly { readonly path: string }[],
  owned: Owned,
): readonly string[] {
  const stays = new Set(mounts.map(({ path }) => path))
  return Object.keys(owned.things)
    .filter((address) => address.startsWith(`${kind}:`))
    .map((address) => address.slice(kind.length + 1))
    .filter((path) => !stays.has(path))
}

/** Says of an entry whether it is still there after this run. Rejects with `Refused` when it cannot be looked at. */
export type StaysBehind = (api: VaultApi, place: EntryPlace, owned: Owned) => Promise<boolean>

/** What leaves. */
export interface Leaving {
  readonly path: string
  readonly held: Mount | undefined
  readonly owned: Owned
  readonly removable: readonly string[]
  readonly staysBehind: StaysBehind
}

/** The step that takes it away; one that would take along what people put into it is told and not made. */
export async function mountRemoval(
  api: VaultApi,
  sort: MountSort,
  { path, held, owned, removable, staysBehind }: Leaving,
): Promise<Step<VaultApi>> {
  const step = (reason: string, run: (now: VaultApi) => Promise<void>): Step<VaultApi> => ({
    stage: REMOVE,
    difference: { address: mountAddress(sort, path), action: 'remove', reason, differences: [] },
    run: async (now) => {
      await run(now)
      return undefined
    },
  })
  if (held === undefined)
    return step('no longer wanted, and somebody took it away already', () => Promise.resolve())
  const takeAway = async (now: VaultApi): Promise<void> => {
    const reply = await now.send('DELETE', mountPlace(sort, path), anything)
    granted(`removing the ${sort.title} ${path}/`, reply)
  }
  const contents = await contentsOf(api, sort, path, held)
  if (removable.includes(path)) {
    const all = contentsText(contents)
    return step(`no longer wanted, with all that is in it: ${all}, for good`, takeAway)
  }
  const left = await leftOf(contents, (key) => staysBehind(api, placeOf(path, held, key), owned))
  if (left.names?.length !== 0)
    return refusedStep(REMOVE, step(wouldBeLost(sort, path, left), takeAway).difference)
  return step('no longer wanted, and nothing is in it', async (now) => {
    await mustBeEmpty(now, sort, path, held)
    await takeAway(now)
  })
}

function placeOf(mount: string, held: Mount, key: string): EntryPlace {
  return { mount, key, version: kvVersion(held) }
}

/** What of it is still there after this run. */
async function leftOf(
  { names, title, areEntries }: Contents,
  isLeft: (name: string) => Promise<boolean>,
): Promise<Contents> {
  if (names === undefined || !areEntries) return { names, title, areEntries }
  const left = await Promise.all(names.map(async (name) => ((await isLeft(name)) ? [name] : [])))
  return { names: left.flat(), title, areEntries }
}

function wouldBeLost({ option }: MountSort, path: string, contents: Contents): string {
  return (
    `no longer wanted, and ${contentsText(contents)} would be lost with it, so it stays: ` +
    `write  ${option}: { ${path}: { remove: allowed } }  to have it taken away all the same`
  )
}

/** What came into it meanwhile keeps it. */
async function mustBeEmpty(api: VaultApi, sort: MountSort, path: string, held: Mount): Promise<void> {
  const contents = await contentsOf(api, sort, path, held)
  if (contents.names?.length === 0) return
  throw new Refused(mountAddress(sort, path), { status: 0, problem: wouldBeLost(sort, path, contents) })
}
