/** Chooses the version that a cluster begins with, or goes on to. Pure: what is out, what is supported and what day it is are given. */
import { holesIn, isUnknownNewer, lineOfEngine, type EngineLines } from './engine-lines.ts'
import type { ReleasedVersion } from './index-sort.ts'
import { isSupported, type SupportDates } from './support.ts'
import { compareVersions, isOfLine } from './version.ts'

/** What is chosen from. */
export interface Choosing {
  readonly lines: EngineLines
  readonly released: readonly ReleasedVersion[]
  readonly dates: SupportDates
  readonly today: Date
  /** What it must be built for, in the maker's words. */
  readonly architectures: readonly string[]
}

/** A newer version that was passed over. */
export interface PassedOver {
  readonly version: string
  readonly lacks: readonly string[]
}

/** What was chosen, and what is worth a word beside it. */
export interface ChosenVersion {
  readonly version: string
  /** The newest version that is not built for all architectures, where there is one of a line that counts. */
  readonly passedOver?: PassedOver
  /** The newest version of a line that the role does not know, where there is one. */
  readonly unknownNewer?: string
  /** A newer version of the chosen line that was seen elsewhere: the index is old, or somebody holds it back. */
  readonly seenElsewhere?: string
}

/** Why none was chosen. */
export type NoChoice =
  | { readonly kind: 'not-built-for'; readonly passedOver: PassedOver; readonly built: readonly string[] }
  /** None of the lines that count is there; `newest` is the newest version at all. */
  | { readonly kind: 'no-line'; readonly lines: readonly string[]; readonly newest: string | undefined }

/**
 * The newest patch of the newest line that the role knows and its maker supports, built for all that it is needed for. Versions that
 * were taken back or that have a hole that breaks a promise are none.
 */
export function chooseVersion(choosing: Choosing): ChosenVersion | NoChoice {
  const { lines, dates, today } = choosing
  const supported = lines.known.filter((line) => isSupported(dates, lines.product, line, today))
  return chooseFrom(supported, choosing)
}

/** The newest patch of the newest of these lines, oldest first. */
export function chooseFrom(counting: readonly string[], choosing: Choosing): ChosenVersion | NoChoice {
  const { lines, released, architectures } = choosing
  const newestFirst = released.toSorted((a, b) => compareVersions(b.version, a.version))
  const candidates = newestFirst.filter(
    ({ version }) => counting.includes(lineOfEngine(lines, version)) && isSound(lines, version),
  )
  const lacking = ({ architectures: built }: ReleasedVersion): readonly string[] =>
    architectures.filter((architecture) => !built.includes(architecture))
  const chosen = candidates.find((candidate) => lacking(candidate).length === 0)
  const [newest] = candidates
  if (chosen === undefined || newest === undefined) {
    if (newest === undefined) return { kind: 'no-line', lines: counting, newest: newestFirst[0]?.version }
    const passedOver = { version: newest.version, lacks: lacking(newest) }
    return { kind: 'not-built-for', passedOver, built: newest.architectures }
  }
  const unknown = newestFirst.find(({ version }) => isUnknownNewer(lines, version))
  const seen = newestSeen(choosing, chosen.version)
  return {
    version: chosen.version,
    ...(chosen !== newest && { passedOver: { version: newest.version, lacks: lacking(newest) } }),
    ...(unknown && { unknownNewer: unknown.version }),
    ...(seen !== undefined && { seenElsewhere: seen }),
  }
}

/** Neither taken back nor with a hole that breaks a promise. */
function isSound(lines: EngineLines, version: string): boolean {
  return (
    !lines.withdrawn.some((one) => one.version === version) &&
    !holesIn(lines, version).some(({ breaksPromise }) => breaksPromise)
  )
}

/** What the dates of support know of the line beyond everything that is out here. */
function newestSeen({ lines, dates, released }: Choosing, chosen: string): string | undefined {
  const seen = dates.products[lines.product]?.lines.find(({ line }) => isOfLine(chosen, line))?.newest
  if (seen === undefined) return undefined
  const isOut = released.some(
    ({ version }) => isOfLine(version, lineOfEngine(lines, seen)) && compareVersions(version, seen) >= 0,
  )
  return isOut ? undefined : seen
}
