/** Gets releases of engines: once for all nodes, verified against the maker's signature, pinned in the cluster lock. */
import { join } from 'node:path'
import { releaseCodes } from '../diagnostics/catalogue/releases.ts'
import { extractMember } from './archive.ts'
import { reasonOf } from '../support/reason.ts'
import { download, isFull, locate, readSmall } from './download.ts'
import { noteRelease } from './on-hand.ts'
import { cachedMember, inWorkFolder, keepMember, type CachedMember } from './release-cache.ts'
import type { IndexSource } from './release-index.ts'
import { ReleaseError } from './release-error.ts'
import { verifySignature } from './signature.ts'

/** Where releases come from: the maker, a mirror, or a folder, all in HashiCorp's layout. */
export interface ReleaseSource extends IndexSource {
  /** Ending of the signature file after `…_SHA256SUMS`. */
  readonly signatureEnding: string
  /** OpenPGP public key, armored or not. */
  readonly key: Buffer
}

/** One file of one release. */
export interface WantedRelease {
  readonly product: string
  readonly version: string
  /** The maker's word for the architecture: arm, arm64, amd64. */
  readonly architecture: string
  /** Path of the wanted file in the archive. */
  readonly member: string
}

/** A release file, and the checksum of its archive for the lock. */
export interface FetchedRelease {
  readonly member: CachedMember
  readonly archiveSha256: string
}

/** The maker's name of an archive. */
export function archiveName({ product, version, architecture }: WantedRelease): string {
  return `${product}_${version}_linux_${architecture}.zip`
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
  const announced = await announcedSha256(wanted, source)
  const file = archiveName(wanted)
  if (lockedSha256 !== undefined && lockedSha256 !== announced) {
    const { product, version } = wanted
    throw new ReleaseError(
      releaseCodes.RELEASE_CHANGED({ file, product, version, locked: lockedSha256, announced }),
    )
  }
  const cached = await cachedMember(cacheFolder, announced, wanted.member)
  if (cached) return { member: cached, archiveSha256: announced }
  const member = await inWorkFolder(cacheFolder, async (place) => {
    const archive = join(place, 'archive.zip')
    const is = await download(source, `${wanted.product}/${wanted.version}/${file}`, archive)
    if (is !== announced) {
      throw new ReleaseError(releaseCodes.RELEASE_CHECKSUM_WRONG({ file, is, wanted: announced }))
    }
    const unpacked = join(place, 'member')
    await extractMember(archive, wanted.member, unpacked, file)
    return keepMember(cacheFolder, announced, wanted.member, unpacked)
  })
  return { member, archiveSha256: announced }
}

/** What a failure of the file system means; undefined for any other one. */
function cacheProblem(error: unknown, folder: string): ReleaseError | undefined {
  if (isFull(error)) return new ReleaseError(releaseCodes.RELEASE_CACHE_FULL({ folder }))
  if (typeof (error as NodeJS.ErrnoException).syscall !== 'string') return undefined
  return new ReleaseError(releaseCodes.RELEASE_CACHE_UNUSABLE({ folder, reason: reasonOf(error) }))
}

/** The checksum of the archive in the maker's signed list. Throws {@link ReleaseError} when there is none to be trusted. */
export async function announcedSha256(wanted: WantedRelease, source: ReleaseSource): Promise<string> {
  const list = `${wanted.product}/${wanted.version}/${wanted.product}_${wanted.version}_SHA256SUMS`
  const sums = await readSmall(source, list)
  const signature = await readSmall(source, `${list}${source.signatureEnding}`)
  await verifySignature(locate(source.base, list), sums, signature, source.key)
  const lines = sums.toString('utf8').split('\n')
  const entries = new Map(
    lines.map((line) => line.trim().split(/\s+\*?/)).map(([sum = '', name = '']) => [name, sum]),
  )
  const announced = entries.get(archiveName(wanted))
  if (announced !== undefined && /^[0-9a-f]{64}$/.test(announced)) return announced
  const prefix = `${wanted.product}_${wanted.version}_linux_`
  const built = [...entries.keys()]
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length, -4))
  const { product, version, architecture } = wanted
  throw new ReleaseError(releaseCodes.RELEASE_NOT_BUILT_FOR({ product, version, architecture, built }))
}
