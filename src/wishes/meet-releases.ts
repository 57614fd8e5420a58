/** Meets the wishes of roles for release files: fetched once for all nodes, pinned in the cluster lock. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve as absolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ClusterFile } from '../cluster-file/schema.ts'
import { fetchRelease, type ReleaseSource } from '../releases/fetch-release.ts'
import { fileName, type ReleaseLayout } from '../releases/layout.ts'
import { cachedMember } from '../releases/release-cache.ts'
import { cacheFolder } from '../support/cache-folder.ts'
import { ReleaseError } from '../releases/release-error.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { releaseCodes } from '../diagnostics/catalogue/releases.ts'
import { reasonOf } from '../support/reason.ts'
import type { ClusterLock } from '../cluster-lock/cluster-lock.ts'
import type { Content } from '../resources/kind.ts'
import type { ReleaseWish } from './release-wish.ts'
import { allReleases } from './release-problems.ts'

/** Gives the place where the releases of a layout come from. */
export type ReleaseSources = (layout: ReleaseLayout) => Promise<ReleaseSource>

/**
 * What the cluster file says about where releases come from; paths count from its folder. A mirror signs with the ending `.sig`, by
 * `releases.key` or by the key of the maker. Throws {@link ReleaseError}.
 */
export function releaseSources(file: ClusterFile, clusterFile: string): ReleaseSources {
  const { mirror, key } = file.releases ?? {}
  const folder = dirname(absolute(clusterFile))
  return async ({ base, signature }) => {
    const place = mirror === undefined || /^https?:\/\//.test(mirror) ? mirror : absolute(folder, mirror)
    if (signature === undefined) return { base: place ?? base }
    const trusted = await (key === undefined
      ? readKey(signature.key, false)
      : readKey(absolute(folder, key), true))
    const ending = place === undefined ? signature.ending : '.sig'
    return { base: place ?? base, signature: { ending, key: trusted } }
  }
}

async function readKey(place: string | URL, isStated: boolean): Promise<Buffer> {
  try {
    return await readFile(place)
  } catch (error) {
    const path = typeof place === 'string' ? place : fileURLToPath(place)
    throw new ReleaseError(releaseCodes.RELEASE_KEY_UNREADABLE({ path, reason: reasonOf(error), isStated }))
  }
}

const pathOf = (wish: ReleaseWish): string => wish.layout.file(wish)

/** Fetched releases, and the lock with their checksums. */
export interface MetReleases {
  readonly release: (wish: ReleaseWish) => Content
  readonly lock: ClusterLock
  /** Releases that were pinned as they were first seen. */
  readonly notices: readonly Diagnostic[]
}

/** Whether nothing has to be fetched for these wishes: their archives are pinned and in the cache. */
export async function areOnHand(wishes: readonly ReleaseWish[], lock: ClusterLock): Promise<boolean> {
  for (const { product, version, architecture, member } of wishes) {
    const pinned = lock.releases[product]
    const sum = pinned?.version === version ? pinned.sums[architecture] : undefined
    if (sum === undefined) return false
    // A cache that cannot be read is told by who fetches into it.
    const cached = await cachedMember(cacheFolder('releases'), sum, member).catch(() => undefined)
    if (cached === undefined) return false
  }
  return true
}

/** Fetches what is wished for and not here yet. Throws `DiagnosticsError` with everything that could not be had. */
export async function meetReleases(
  wishes: readonly ReleaseWish[],
  sources: ReleaseSources,
  lock: ClusterLock,
): Promise<MetReleases> {
  const unique = [...new Map(wishes.map((wish) => [`${pathOf(wish)}/${wish.member}`, wish])).values()]
  const notices: Diagnostic[] = []
  const contents = new Map<string, Content>()
  const releases: ClusterLock['releases'] = { ...lock.releases }
  await allReleases(unique, async (wish) => {
    const pinned = releases[wish.product]
    const sums = pinned?.version === wish.version ? pinned.sums : {}
    const source = await sources(wish.layout)
    const locked = sums[wish.architecture]
    const fetched = await fetchRelease(wish, source, locked, cacheFolder('releases'))
    if (wish.layout.sums === undefined && locked === undefined) {
      const seen = { file: fileName(wish), place: source.base, sha256: fetched.archiveSha256 }
      notices.push(releaseCodes.RELEASE_FIRST_SEEN(seen))
    }
    const { path, size, sha256 } = fetched.member
    contents.set(`${pathOf(wish)}/${wish.member}`, { sha256, sensitive: false, bytes: { path, size } })
    releases[wish.product] = {
      version: wish.version,
      sums: { ...sums, [wish.architecture]: fetched.archiveSha256 },
    }
  })
  return {
    notices,
    lock: unique.length === 0 ? lock : { ...lock, releases },
    release: (wish) => {
      const content = contents.get(`${pathOf(wish)}/${wish.member}`)
      if (!content) throw new Error(`${fileName(wish)} was used without a wish for it`)
      return content
    },
  }
}

/** SHA-256 that no content has: stands for a release file that is not on this computer. */
const NOT_HERE = '0'.repeat(64)

/** Releases without the network: those that this computer has already. */
export interface ReleasesHere {
  readonly lock: ClusterLock
  /** Nothing is pinned by a look. */
  readonly notices: readonly []
  readonly release: (wish: ReleaseWish) => Content
  /** Is this the content of a release that is not here? Nothing can be compared with it. */
  readonly isMissing: (content: Content) => boolean
}

/** Looks which releases are here, by the checksums of the cluster lock; fetches none. */
export async function releasesHere(wishes: readonly ReleaseWish[], lock: ClusterLock): Promise<ReleasesHere> {
  const found = await Promise.all(
    wishes.map(async (wish): Promise<[string, Content]> => {
      const pinned = lock.releases[wish.product]
      const sum = pinned?.version === wish.version ? pinned.sums[wish.architecture] : undefined
      const member =
        sum === undefined ? undefined : await cachedMember(cacheFolder('releases'), sum, wish.member)
      const { path, size, sha256 } = member ?? { path: '', size: 0, sha256: NOT_HERE }
      return [`${pathOf(wish)}/${wish.member}`, { sha256, sensitive: false, bytes: { path, size } }]
    }),
  )
  const contents = new Map(found)
  return {
    lock,
    notices: [],
    release: (wish) => {
      const content = contents.get(`${pathOf(wish)}/${wish.member}`)
      if (!content) throw new Error(`${fileName(wish)} was used without a wish for it`)
      return content
    },
    isMissing: ({ sha256 }) => sha256 === NOT_HERE,
  }
}
