/** `upgrade`: pins another version of an engine in the cluster lock; `plan` and `apply` then bring it onto the nodes. */
import { commandCodes } from '../diagnostics/catalogue/command.ts'
import { releaseCodes } from '../diagnostics/catalogue/releases.ts'
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { fetchRelease, offeredSha256 } from '../releases/fetch-release.ts'
import { nextStep } from '../releases/judge-version.ts'
import { ReleaseError } from '../releases/release-error.ts'
import { supportDates } from '../releases/support.ts'
import { upgradeStep } from '../releases/upgrade-path.ts'
import { cacheFolder } from '../support/cache-folder.ts'
import { placeOfRole } from '../resolve/resolve.ts'
import type { ReleaseWish } from '../wishes/release-wish.ts'
import { readLock, writeLock } from './folder/cluster-folder.ts'
import { architecturesOf, decideVersion, type DecisionParts } from '../programs/decide-versions.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { judgedAs } from './status/engine-versions.ts'
import type { OpenedCluster } from './open.ts'
import { releaseWishes, wantedVersions, type WantedVersion } from '../programs/programs.ts'
import { allReleases } from '../wishes/release-problems.ts'
import { releaseSources, type ReleaseSources } from '../wishes/meet-releases.ts'
import { refusalOf } from '../programs/running-versions.ts'

/** What is to be upgraded: every engine when none is named, to the newest version that can be reached when none is. */
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
  /** The step after it, where it is only one on the way to the newest line. */
  readonly onward?: string
}

/** An upgrade that waits for a yes. */
export interface Upgrade {
  /** Empty when everything is as wanted. */
  readonly offers: readonly UpgradeOffer[]
  /** The versions that stay. */
  readonly unchanged: readonly { readonly engine: string; readonly version: string }[]
  /** What is worth a word: how a version was chosen, and what is known of it. */
  readonly notices: readonly Diagnostic[]
  /** Fetches and verifies what is offered, then writes the cluster lock. */
  carryOut(): Promise<void>
}

/** A version of an engine to go to. */
interface Target {
  readonly version: WantedVersion
  readonly to: string
  readonly wishes: readonly ReleaseWish[]
  readonly notices: readonly Diagnostic[]
}

/** Looks what an upgrade would change; asks the makers, and no node. Throws {@link DiagnosticsError} for what cannot be. */
export async function upgrade(cluster: OpenedCluster, request: UpgradeRequest = {}): Promise<Upgrade> {
  const today = new Date()
  const sources = releaseSources(cluster.source.file, cluster.source.path)
  const parts: DecisionParts = { sources, dates: supportDates(), today }
  const versions = chosen(wantedVersions(cluster.resolved), request.engine)
  const targets = await allReleases(versions, (version) => targetOf(cluster, version, request, parts))
  const judged = targets.flatMap(({ version, to }) => objections(cluster, version, to, today))
  refuse(judged.filter(({ severity }) => severity === 'error'))
  const offers = await Promise.all(targets.map((target) => offerOf(cluster, target, parts)))
  const changing = offers.filter(({ now, to, sums }) => now !== to || sums.length > 0)
  const isChanging = (engine: string): boolean => changing.some((offer) => offer.engine === engine)
  return {
    offers: changing,
    unchanged: targets
      .filter(({ version }) => !isChanging(version.engine))
      .map(({ version: { engine }, to }) => ({ engine, version: to })),
    notices: [...targets.flatMap(({ notices }) => notices), ...judged],
    carryOut: () =>
      carryOut(
        cluster,
        changing,
        targets.flatMap(({ wishes }) => wishes),
        sources,
      ),
  }
}

/** Where to go: what was asked for, else the newest version that can be reached in one step from what runs. */
async function targetOf(
  cluster: OpenedCluster,
  version: WantedVersion,
  { version: asked }: UpgradeRequest,
  parts: DecisionParts,
): Promise<Target> {
  const { engine, lines, wanted, statedBy } = version
  const target = (to: string, notices: readonly Diagnostic[] = []): Target => {
    return { version, to, wishes: wishesFor(cluster, version, to), notices }
  }
  if (asked !== undefined) return target(asked)
  // What is not of the maker's releases is not chosen among them.
  if (statedBy === 'source' && wanted !== undefined) return target(wanted)
  const from = versionNow(cluster, engine)
  const architectures = architecturesOf(cluster.resolved, engine)
  if (from === undefined) {
    const decision = await decideVersion({ lines, architectures }, parts)
    return target(decision.version, decision.notices)
  }
  const within = (to: string): boolean => ['same', 'supported'].includes(upgradeStep(lines, from, to).kind)
  try {
    const decision = await decideVersion({ lines, architectures, within, isStep: true }, parts)
    return target(decision.version, decision.notices)
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.diagnostic.code !== NOTHING_TO_GO_TO) throw error
    const notice: Diagnostic = { ...error.diagnostic, severity: 'warning' }
    return { version, to: wanted ?? from, wishes: [], notices: [notice] }
  }
}

const NOTHING_TO_GO_TO = releaseCodes.RELEASE_INDEX_WITHOUT_LINE.code

/** What runs, by the last complete apply; else what is pinned. */
function versionNow({ source: { lock } }: OpenedCluster, engine: string): string | undefined {
  return lock.running[engine] ?? lock.releases[engine]?.version
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

/** A step that the maker does not support, a version that is decided elsewhere, and what is to be said of it. */
function objections(
  cluster: OpenedCluster,
  version: WantedVersion,
  to: string,
  today: Date,
): readonly Diagnostic[] {
  const { source } = cluster
  const { engine, wanted, statedBy, role, nodes } = version
  const from = versionNow(cluster, engine)
  const refused = from === undefined ? [] : refusalOf(version, from, to, nodes, source)
  if (refused.length > 0) return refused
  const where = placeOfRole(source.positions, role, statedBy)
  const judged = judgedAs(version, to, today).map((diagnostic) => ({ ...diagnostic, where }))
  if (statedBy === undefined || wanted === undefined || wanted === to) return judged
  return [
    ...judged,
    commandCodes.ENGINE_VERSION_STATED({ engine, now: wanted, to, key: statedBy }, { where }),
  ]
}

/** What the nodes would need of the other version, once per architecture. */
function wishesFor({ resolved }: OpenedCluster, { engine }: WantedVersion, version: string): ReleaseWish[] {
  const all = new Set(resolved.cluster.nodes.map(({ name }) => name))
  const wishes = releaseWishes(resolved, all).filter(({ product }) => product === engine)
  return [...new Map(wishes.map((wish) => [wish.architecture, { ...wish, version }])).values()]
}

async function offerOf(
  { source: { lock } }: OpenedCluster,
  { version: { engine, lines, statedBy }, to, wishes }: Target,
  { sources, dates, today }: DecisionParts,
): Promise<UpgradeOffer> {
  // Nothing is to be pinned of what comes from elsewhere, or stays.
  if (statedBy === 'source' || wishes.length === 0) return { engine, now: to, to, sums: [] }
  const pinned = lock.releases[engine]
  const sums = await allReleases(wishes, async (wish) => {
    const now = pinned?.version === to ? pinned.sums[wish.architecture] : undefined
    const announced = await offeredSha256(wish, await sources(wish.layout), cacheFolder('releases'))
    return { architecture: wish.architecture, ...(now !== undefined && { now }), to: announced }
  })
  const changed = sums.filter((sum) => sum.now !== sum.to)
  const onward = nextStep(to, { lines, dates, today })
  return {
    engine,
    ...(pinned && { now: pinned.version }),
    to,
    sums: changed,
    ...(onward !== undefined && { onward }),
  }
}

async function carryOut(
  { paths, lab }: OpenedCluster,
  offers: readonly UpgradeOffer[],
  wishes: readonly ReleaseWish[],
  sources: ReleaseSources,
): Promise<void> {
  const sumOf = ({ product, architecture }: ReleaseWish): string | undefined =>
    offers.find(({ engine }) => engine === product)?.sums.find((sum) => sum.architecture === architecture)?.to
  await allReleases(wishes, async (wish) => {
    const sum = sumOf(wish)
    if (sum !== undefined) await fetchRelease(wish, await sources(wish.layout), sum, cacheFolder('releases'))
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
