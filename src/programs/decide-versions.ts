/**
 * Decides the version of each engine of which nothing says one yet: asked of the index of its maker, or of a mirror that serves the
 * same. When that cannot be asked, the newest that is on hand is taken, and told with its age.
 */
import { releaseCodes } from '../diagnostics/catalogue/releases.ts'
import { versionCodes } from '../diagnostics/catalogue/versions.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import {
  chooseFrom,
  chooseVersion,
  type Choosing,
  type ChosenVersion,
  type NoChoice,
} from '../releases/choose-version.ts'
import { isUrl } from '../releases/download.ts'
import { newestKnownLine, type EngineLines } from '../releases/engine-lines.ts'
import type { ReleaseSource } from '../releases/fetch-release.ts'
import { versionsInCache, versionsInFolder, type VersionOnHand } from '../releases/on-hand.ts'
import { ReleaseError } from '../releases/release-error.ts'
import { readIndex } from '../releases/release-index.ts'
import type { ReleasedVersion } from '../releases/index-sort.ts'
import { daysBetween, type SupportDates } from '../releases/support.ts'
import type { ClusterLock } from '../cluster-lock/cluster-lock.ts'
import type { Resolved } from '../resolve/resolve.ts'
import { cacheFolder } from '../support/cache-folder.ts'
import { releaseWishes, wantedVersions } from './programs.ts'
import type { ReleaseSources } from '../wishes/meet-releases.ts'
import { allReleases } from '../wishes/release-problems.ts'

/** By what it is decided. */
export interface DecisionParts {
  readonly sources: ReleaseSources
  readonly dates: SupportDates
  readonly today: Date
}

/** An engine that needs a version. */
export interface Undecided {
  readonly lines: EngineLines
  /** What it must be built for, in the maker's words. */
  readonly architectures: readonly string[]
  /** Which versions come into question beyond that; all when left out. */
  readonly within?: (version: string) => boolean
  /** A step on a way: then a line counts also when its support has ended, if no better one can be reached. */
  readonly isStep?: boolean
}

/** A version that was decided. */
export interface Decision {
  readonly version: string
  /** SHA-256 of archives that are in the cache, where the version was taken because of them. */
  readonly sums: Readonly<Record<string, string>>
  /** What is worth a word: its age, what was passed over, newer lines. */
  readonly notices: readonly Diagnostic[]
}

/** The lock with a version for every engine of which nothing said one; the same object when all had one. */
export async function decideAll(
  resolved: Resolved,
  parts: DecisionParts,
): Promise<{ readonly lock: ClusterLock; readonly notices: readonly Diagnostic[] }> {
  const without = wantedVersions(resolved).filter(({ wanted }) => wanted === undefined)
  if (without.length === 0) return { lock: resolved.lock, notices: [] }
  const decisions = await allReleases(without, (version) =>
    decideVersion({ lines: version.lines, architectures: architecturesOf(resolved, version.engine) }, parts),
  )
  const pinned = decisions.map(
    ({ version, sums }, index) => [without[index]?.engine ?? '', { version, sums }] as const,
  )
  return {
    lock: { ...resolved.lock, releases: { ...resolved.lock.releases, ...Object.fromEntries(pinned) } },
    notices: decisions.flatMap(({ notices }) => notices),
  }
}

/** What an engine must be built for, over all nodes of the cluster, in the words of its maker. */
export function architecturesOf(resolved: Resolved, engine: string): string[] {
  const all = new Set(resolved.cluster.nodes.map(({ name }) => name))
  const wishes = releaseWishes(resolved, all).filter(({ product }) => product === engine)
  return [...new Set(wishes.map(({ architecture }) => architecture))].sort()
}

/** Decides for one engine. Throws {@link ReleaseError} when there is no version to be had. */
export async function decideVersion(undecided: Undecided, parts: DecisionParts): Promise<Decision> {
  const source = await parts.sources(undecided.lines.layout)
  try {
    const released = await readIndex(source, undecided.lines)
    return chosenOf(released, undecided, parts, source)
  } catch (error) {
    if (!(error instanceof ReleaseError) || !error.diagnostic.code.startsWith('RELEASE_INDEX_')) throw error
    // An index that was read and has nothing is an answer.
    if (error.diagnostic.code === releaseCodes.RELEASE_INDEX_WITHOUT_LINE.code) throw error
    const onHand = await onHandOf(undecided, parts, source, error.message)
    if (onHand === undefined) throw error
    return onHand
  }
}

function chosenOf(
  released: readonly ReleasedVersion[],
  undecided: Undecided,
  { dates, today }: DecisionParts,
  source: ReleaseSource,
): Decision {
  const { lines, architectures, within = () => true } = undecided
  const counting = released.filter(({ version }) => within(version))
  const choosing: Choosing = { lines, released: counting, dates, today, architectures }
  const supported = chooseVersion(choosing)
  const chosen =
    'version' in supported || undecided.isStep !== true ? supported : chooseFrom(lines.known, choosing)
  if (!('version' in chosen)) throw new ReleaseError(noneOf(lines, chosen, architectures, source.base))
  // What is out is a matter of the whole index, also where only a part of it counts.
  const whole = chooseVersion({ lines, released, dates, today, architectures })
  const unknownNewer = 'version' in whole ? whole.unknownNewer : undefined
  const notices = noticesOf(
    { ...chosen, ...(unknownNewer !== undefined && { unknownNewer }) },
    lines,
    source.base,
  )
  return { version: chosen.version, sums: {}, notices }
}

function noneOf(
  { title, product }: EngineLines,
  none: NoChoice,
  architectures: readonly string[],
  place: string,
): Diagnostic {
  if (none.kind === 'no-line') {
    const { lines, newest } = none
    return releaseCodes.RELEASE_INDEX_WITHOUT_LINE({ title, place, lines, newest })
  }
  const { passedOver, built } = none
  const architecture = architectures.filter((one) => !built.includes(one)).join(', ')
  return releaseCodes.RELEASE_NOT_BUILT_FOR({ product, version: passedOver.version, architecture, built })
}

function noticesOf(chosen: ChosenVersion, lines: EngineLines, place: string): Diagnostic[] {
  const { version, passedOver, unknownNewer, seenElsewhere } = chosen
  const { title } = lines
  return [
    ...(passedOver ? [releaseCodes.RELEASE_PASSED_OVER({ title, chosen: version, ...passedOver })] : []),
    ...(seenElsewhere === undefined
      ? []
      : [releaseCodes.RELEASE_INDEX_OLD({ title, place, chosen: version, seen: seenElsewhere })]),
    ...(unknownNewer === undefined
      ? []
      : [versionCodes.ENGINE_LINE_NEWER({ title, version: unknownNewer, newest: newestKnownLine(lines) })]),
  ]
}

/** The newest of what is on hand: of a supported line, else of any line that the role knows; undefined when there is nothing. */
async function onHandOf(
  { lines, architectures, within = () => true }: Undecided,
  { dates, today }: DecisionParts,
  source: ReleaseSource,
  reason: string,
): Promise<Decision | undefined> {
  const inMirror = isUrl(source.base) ? [] : await versionsInFolder(source.base, lines, architectures)
  const inCache = await versionsInCache(cacheFolder('releases'), lines.product)
  const places: readonly (readonly [string, readonly VersionOnHand[]])[] = [
    [`in ${source.base}`, inMirror],
    ['that was fetched before', inCache],
  ]
  for (const [place, all] of places) {
    const released = all.filter(({ version }) => within(version))
    const choosing: Choosing = { lines, released, dates, today, architectures }
    const supported = chooseVersion(choosing)
    const chosen = 'version' in supported ? supported : chooseFrom(lines.known, choosing)
    if (!('version' in chosen)) continue
    const found = released.find(({ version }) => version === chosen.version)
    const days = found ? daysBetween(found.since, today) : 0
    const { version } = chosen
    const notice = releaseCodes.RELEASE_ON_HAND({ title: lines.title, version, place, days, reason })
    return { version, sums: found?.sums ?? {}, notices: [notice] }
  }
  return undefined
}
