/** Meets the wishes of roles for release files: fetched once for all nodes, pinned in the cluster lock. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve as absolute } from 'node:path'
import type { ClusterFile } from '../cluster-file/schema.ts'
import { archiveName, fetchRelease, type ReleaseSource } from '../releases/fetch-release.ts'
import { cachedMember } from '../releases/release-cache.ts'
import { cacheFolder } from '../support/cache-folder.ts'
import { ReleaseError } from '../releases/release-error.ts'
import { releaseCodes } from '../diagnostics/catalogue/releases.ts'
import { reasonOf } from '../support/reason.ts'
import type { ClusterLock } from '../cluster-lock/cluster-lock.ts'
import type { Content } from '../resources/kind.ts'
import type { ReleaseWish } from './release-wish.ts'
import { allReleases } from './release-problems.ts'

/** The maker's own server, and how it names the signatures of its current key. */
export const VENDOR = { base: 'https://releases.hashicorp.com', signatureEnding: '.72D7468F.sig' }
const VENDOR_KEY = new URL('../releases/hashicorp.asc', import.meta.url)

/** What the cluster file says about where releases come from; paths count from its folder. Throws {@link ReleaseError}. */
export async function releaseSource(file: ClusterFile, clusterFile: string): Promise<ReleaseSource> {
  const { mirror, key } = file.releases ?? {}
  const folder = dirname(absolute(clusterFile))
  const trusted = key === undefined ? await readFile(VENDOR_KEY) : await readKey(absolute(folder, key))
  if (mirror === undefined) return { ...VENDOR, key: trusted }
  const base = /^https?:\/\//.test(mirror) ? mirror : absolute(folder, mirror)
  return { base, signatureEnding: '.sig', key: trusted }
}

async function readKey(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new ReleaseError(releaseCodes.RELEASE_KEY_UNREADABLE({ path, reason: reasonOf(error) }))
  }
}

/** Fetched releases, and the lock with their checksums. */
export interface MetReleases {
  readonly release: (wish: ReleaseWish) => Content
  readonly lock: ClusterLock
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
  source: () => Promise<ReleaseSource>,
  lock: ClusterLock,
): Promise<MetReleases> {
  const unique = [...new Map(wishes.map((wish) => [`${archiveName(wish)}/${wish.member}`, wish])).values()]
  const contents = new Map<string, Content>()
  const releases: ClusterLock['releases'] = { ...lock.releases }
  await allReleases(unique, async (wish) => {
    const pinned = releases[wish.product]
    const sums = pinned?.version === wish.version ? pinned.sums : {}
    const fetched = await fetchRelease(wish, await source(), sums[wish.architecture], cacheFolder('releases'))
    const { path, size, sha256 } = fetched.member
    contents.set(`${archiveName(wish)}/${wish.member}`, { sha256, sensitive: false, bytes: { path, size } })
    releases[wish.product] = {
      version: wish.version,
      sums: { ...sums, [wish.architecture]: fetched.archiveSha256 },
    }
  })
  return {
    lock: unique.length === 0 ? lock : { ...lock, releases },
    release: (wish) => {
      const content = contents.get(`${archiveName(wish)}/${wish.member}`)
      if (!content) throw new Error(`${archiveName(wish)} was used without a wish for it`)
      return content
    },
  }
}

/** SHA-256 that no content has: stands for a release file that is not on this computer. */
const NOT_HERE = '0'.repeat(64)

/** Releases without the network: those that this computer has already. */
export interface ReleasesHere {
  readonly lock: ClusterLock
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
      return [`${archiveName(wish)}/${wish.member}`, { sha256, sensitive: false, bytes: { path, size } }]
    }),
  )
  const contents = new Map(found)
  return {
    lock,
    release: (wish) => {
      const content = contents.get(`${archiveName(wish)}/${wish.member}`)
      if (!content) throw new Error(`${archiveName(wish)} was used without a wish for it`)
      return content
    },
    isMissing: ({ sha256 }) => sha256 === NOT_HERE,
  }
}
