/** `upgrade`: pins another version of an engine in the cluster lock; `plan` and `apply` then bring it onto the nodes. */
import { commandCodes } from '../diagnostics/catalogue/command.ts'
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { announcedSha256, fetchRelease, type ReleaseSource } from '../releases/fetch-release.ts'
import { cacheFolder } from '../support/cache-folder.ts'
import { placeOfRole } from '../resolve/resolve.ts'
import type { ReleaseWish } from '../roles/role.ts'
import { readLock, writeLock } from './cluster-folder.ts'
import { DiagnosticsError } from './diagnostics-error.ts'
import type { OpenedCluster } from './open.ts'
import { releaseWishes, wantedVersions, type WantedVersion } from './programs.ts'
import { allReleases } from './release-problems.ts'
import { releaseSource } from './role-releases.ts'
import { refusalOf } from './running-versions.ts'

/** What is to be upgraded: every engine when none is named, to the newest version that Bramble knows when none is. */
export interface UpgradeRequest {
  readonly engine?: string | undefined
  readonly version?: string | undefined
}

/** What would change in the cluster lock for one engine. */
export interface UpgradeOffer {
  readonly engine: string
  /** Left out where nothing is pinned yet. */
  readonly now?: string
  readonly to: string
  /** SHA-256 of the archives by the vendor's word for the architecture; `now` where the same version is pinned with another one. */
  readonly sums: readonly { readonly architecture: string; readonly now?: string; readonly to: string }[]
}

/** An upgrade that waits for a yes. */
export interface Upgrade {
  /** Empty when everything is as wanted. */
  readonly offers: readonly UpgradeOffer[]
  /** The versions that stay. */
  readonly unchanged: readonly { readonly engine: string; readonly version: string }[]
  /** Fetches and verifies what is offered, then writes the cluster lock. */
  carryOut(): Promise<void>
}

/** Looks what an upgrade would change; asks no node. Throws {@link DiagnosticsError} for what cannot be. */
export async function upgrade(cluster: OpenedCluster, request: UpgradeRequest = {}): Promise<Upgrade> {
  const versions = chosen(wantedVersions(cluster.resolved), request.engine)
  refuse(versions.flatMap((version) => objections(cluster, version, request.version ?? version.newest)))
  const source = (): Promise<ReleaseSource> => releaseSource(cluster.source.file, cluster.source.path)
  const wishes = versions.map((version) => wishesFor(cluster, version, request.version ?? version.newest))
  const offers = await Promise.all(
    versions.map((version, index) => offerOf(cluster, version, request, wishes[index] ?? [], source)),
  )
  const changing = offers.filter(({ now, to, sums }) => now !== to || sums.length > 0)
  return {
    offers: changing,
    unchanged: versions
      .filter(({ engine }) => !changing.some((offer) => offer.engine === engine))
      .map(({ engine, wanted }) => ({ engine, version: wanted })),
    carryOut: () => carryOut(cluster, changing, wishes.flat(), source),
  }
}

function chosen(versions: readonly WantedVersion[], engine: string | undefined): readonly WantedVersion[] {
  if (engine === undefined) return versions
  const found = versions.filter((version) => version.engine === engine)
  const known = versions.map((version) => version.engine)
  if (found.length === 0) {
    refuse([commandCodes.ENGINE_UNKNOWN({ engine, near: didYouMean(engine, known), known })])
  }
  return found
}

function refuse(diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length > 0) throw new DiagnosticsError(diagnostics)
}

/** A step that the vendor does not support, or a version that is decided elsewhere. */
function objections({ source }: OpenedCluster, version: WantedVersion, to: string): readonly Diagnostic[] {
  const { engine, wanted, statedBy, role, nodes } = version
  const from = source.lock.running[engine] ?? source.lock.releases[engine]?.version
  const refused = from === undefined ? [] : refusalOf(version, from, to, nodes, source)
  if (refused.length > 0) return refused
  if (statedBy === undefined || wanted === to) return []
  const where = placeOfRole(source.positions, role, statedBy)
  return [commandCodes.ENGINE_VERSION_STATED({ engine, now: wanted, to, key: statedBy }, { where })]
}

/** What the nodes would need of the other version, once per architecture. */
function wishesFor({ resolved }: OpenedCluster, { engine }: WantedVersion, version: string): ReleaseWish[] {
  const all = new Set(resolved.cluster.nodes.map(({ name }) => name))
  const wishes = releaseWishes(resolved, all).filter(({ product }) => product === engine)
  return [...new Map(wishes.map((wish) => [wish.architecture, { ...wish, version }])).values()]
}

async function offerOf(
  { source: { lock } }: OpenedCluster,
  { engine, newest }: WantedVersion,
  request: UpgradeRequest,
  wishes: readonly ReleaseWish[],
  source: () => Promise<ReleaseSource>,
): Promise<UpgradeOffer> {
  const to = request.version ?? newest
  const pinned = lock.releases[engine]
  const sums = await allReleases(wishes, async (wish) => {
    const now = pinned?.version === to ? pinned.sums[wish.architecture] : undefined
    const announced = await announcedSha256(wish, await source())
    return { architecture: wish.architecture, ...(now !== undefined && { now }), to: announced }
  })
  const changed = sums.filter((sum) => sum.now !== sum.to)
  return { engine, ...(pinned && { now: pinned.version }), to, sums: changed }
}

async function carryOut(
  { paths, lab }: OpenedCluster,
  offers: readonly UpgradeOffer[],
  wishes: readonly ReleaseWish[],
  source: () => Promise<ReleaseSource>,
): Promise<void> {
  const sumOf = ({ product, architecture }: ReleaseWish): string | undefined =>
    offers.find(({ engine }) => engine === product)?.sums.find((sum) => sum.architecture === architecture)?.to
  await allReleases(wishes, async (wish) => {
    const sum = sumOf(wish)
    if (sum !== undefined) await fetchRelease(wish, await source(), sum, cacheFolder('releases'))
  })
  const lock = await readLock(paths.lockFile, lab)
  const pinned = offers.map(({ engine, to, sums }) => {
    const old = lock.releases[engine]
    const kept = old?.version === to ? old.sums : {}
    const added = Object.fromEntries(sums.map((sum) => [sum.architecture, sum.to]))
    return [engine, { version: to, sums: { ...kept, ...added } }] as const
  })
  await writeLock(paths.lockFile, { ...lock, releases: { ...lock.releases, ...Object.fromEntries(pinned) } })
}
