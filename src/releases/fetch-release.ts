/** Gets releases of engines: once for all nodes, verified against what the maker vouches for, pinned in the cluster lock. */
import { join } from 'node:path'
import { releaseCodes } from '../diagnostics/catalogue/releases.ts'
import { reasonOf } from '../support/reason.ts'
import { download, isFull, locate, readSmall } from './download.ts'
import { fileName, type WantedRelease } from './layout.ts'
import { noteRelease } from './on-hand.ts'
import { cachedMember, inWorkFolder, keepMember, type CachedMember } from './release-cache.ts'
import type { IndexSource } from './release-index.ts'
import { ReleaseError } from './release-error.ts'
import { verifySignature } from './signature.ts'
import { unpack } from './unpack.ts'

/** Where the releases of a layout come from: the maker, a mirror, or a folder. */
export interface ReleaseSource extends IndexSource {
  /** Ending of the signature beside the checksums, and the OpenPGP public key, armored or not; left out where nobody signs. */
  readonly signature?: { readonly ending: string; readonly key: Buffer }
}

/** A release file, and the checksum of its archive for the lock. */
export interface FetchedRelease {
  readonly member: CachedMember
  readonly archiveSha256: string
}

/**
 * Gives the file of a release. With a locked checksum and the file in the cache nothing is fetched. Throws
 * {@link ReleaseError} for everything that is not as it should be; then nothing is kept.
 */
export async function fetchRelease(
  wanted: WantedRelease,
  source: ReleaseSource,
  lockedSha256: string | undefined,
  cacheFolder: string,
): Promise<FetchedRelease> {
  try {
    const release = await fetched(wanted, source, lockedSha256, cacheFolder)
    await noteRelease(cacheFolder, release.archiveSha256, wanted, new Date())
    return release
  } catch (error) {
    throw cacheProblem(error, cacheFolder) ?? error
  }
}

async function fetched(
  wanted: WantedRelease,
  source: ReleaseSource,
  lockedSha256: string | undefined,
  cacheFolder: string,
): Promise<FetchedRelease> {
  if (lockedSha256 !== undefined) {
    const cached = await cachedMember(cacheFolder, lockedSha256, wanted.member)
    if (cached) return { member: cached, archiveSha256: lockedSha256 }
  }
  const file = fileName(wanted)
  const announced = wanted.layout.sums === undefined ? undefined : await announcedSha256(wanted, source)
  const changed = (is: string): ReleaseError => {
    const { product, version } = wanted
    const locked = lockedSha256 ?? ''
    return new ReleaseError(releaseCodes.RELEASE_CHANGED({ file, product, version, locked, announced: is }))
  }
  if (announced !== undefined) {
    if (lockedSha256 !== undefined && lockedSha256 !== announced) throw changed(announced)
    const cached = await cachedMember(cacheFolder, announced, wanted.member)
    if (cached) return { member: cached, archiveSha256: announced }
  }
  return inWorkFolder(cacheFolder, async (place) => {
    const archive = join(place, 'archive')
    const is = await download(source, wanted.layout.file(wanted), archive)
    if (announced !== undefined && is !== announced) {
      throw new ReleaseError(releaseCodes.RELEASE_CHECKSUM_WRONG({ file, is, wanted: announced }))
    }
    if (lockedSha256 !== undefined && is !== lockedSha256) throw changed(is)
    const unpacked = join(place, 'member')
    await unpack(wanted, archive, unpacked)
    return { member: await keepMember(cacheFolder, is, wanted.member, unpacked), archiveSha256: is }
  })
}

/** What a failure of the file system means; undefined for any other one. */
function cacheProblem(error: unknown, folder: string): ReleaseError | undefined {
  if (isFull(error)) return new ReleaseError(releaseCodes.RELEASE_CACHE_FULL({ folder }))
  if (typeof (error as NodeJS.ErrnoException).syscall !== 'string') return undefined
  return new ReleaseError(releaseCodes.RELEASE_CACHE_UNUSABLE({ folder, reason: reasonOf(error) }))
}

/**
 * The checksum by which a release would be pinned: the one in the maker's list, else that of the file itself, which is fetched for it.
 * Throws {@link ReleaseError}.
 */
export async function offeredSha256(
  wanted: WantedRelease,
  source: ReleaseSource,
  cacheFolder: string,
): Promise<string> {
  if (wanted.layout.sums !== undefined) return announcedSha256(wanted, source)
  return (await fetchRelease(wanted, source, undefined, cacheFolder)).archiveSha256
}

const SHA256 = /^[0-9a-f]{64}$/

/** The checksum of the release in the maker's list. Throws {@link ReleaseError} when there is none to be trusted. */
async function announcedSha256(wanted: WantedRelease, source: ReleaseSource): Promise<string> {
  const list = wanted.layout.sums?.(wanted) ?? ''
  const sums = await readSmall(source, list)
  if (source.signature !== undefined) {
    const signature = await readSmall(source, `${list}${source.signature.ending}`)
    await verifySignature(locate(source.base, list), sums, signature, source.signature.key)
  }
  const words = sums.toString('utf8').trim()
  if (SHA256.test(words)) return words
  const entries = new Map(
    words
      .split('\n')
      .map((line) => line.trim().split(/\s+\*?/))
      .map(([sum = '', name = '']) => [name.replace(/^\.\//, ''), sum]),
  )
  const announced = entries.get(fileName(wanted))
  if (announced !== undefined && SHA256.test(announced)) return announced
  const { product, version, architecture } = wanted
  const built = architecturesIn([...entries.keys()], wanted)
  throw new ReleaseError(releaseCodes.RELEASE_NOT_BUILT_FOR({ product, version, architecture, built }))
}

/** What the names in a list say about other architectures. */
function architecturesIn(names: readonly string[], wanted: WantedRelease): string[] {
  const [before = '', after = ''] = fileName({ ...wanted, architecture: '\0' }).split('\0')
  return names
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .map((name) => name.slice(before.length, name.length - after.length))
}
