/** What is to be said of a version on a day: support that ended, weaknesses, lines that nobody here knows. Pure, and the same for every engine. */
import { versionCodes } from '../diagnostics/catalogue/versions.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import {
  holesIn,
  isUnknownNewer,
  lineOfEngine,
  newestKnownLine,
  type EngineLines,
  type KnownHole,
} from './engine-lines.ts'
import { isSupported, supportOf, type SupportDates } from './support.ts'
import { stepsTo } from './upgrade-path.ts'

/** What a version is judged by. */
export interface Judging {
  readonly lines: EngineLines
  readonly dates: SupportDates
  readonly today: Date
}

/** A version, and what the cluster file says about it. */
export interface JudgedVersion {
  readonly version: string
  /** Whether the cluster file takes a version with a weakness that breaks what is promised. */
  readonly isAccepted: boolean
  /** Name of the role, for where to write that it does. */
  readonly role: string
}

/** All that is to be said; an error for a weakness that breaks what is promised and is not accepted. */
export function judgeVersion(judged: JudgedVersion, judging: Judging): Diagnostic[] {
  const found = holesIn(judging.lines, judged.version)
  return [
    ...found.filter(({ breaksPromise }) => breaksPromise).map((hole) => unsafe(hole, judged, judging)),
    ...weak(
      found.filter(({ breaksPromise }) => !breaksPromise),
      judged,
      judging,
    ),
    ...withdrawn(judged, judging),
    ...support(judged, judging),
    ...unknown(judged, judging),
  ]
}

/** The next stop on the way from a version to the newest line that is known and supported; undefined when it is there. */
export function nextStep(version: string, { lines, dates, today }: Judging): string | undefined {
  const newest = lines.known.findLast((line) => isSupported(dates, lines.product, line, today))
  if (newest === undefined) return undefined
  const [next] = stepsTo(lines, version, newest)
  return next
}

function unsafe(
  { id, means, mended }: KnownHole,
  { version, isAccepted, role }: JudgedVersion,
  { lines: { title } }: Judging,
): Diagnostic {
  const details = { title, version, id, means, mended: mended.join(', ') }
  return isAccepted
    ? versionCodes.ENGINE_VERSION_UNSAFE_ACCEPTED(details)
    : versionCodes.ENGINE_VERSION_UNSAFE({ ...details, role })
}

/** One word for all of them: what helps is the same. */
function weak(
  holes: readonly KnownHole[],
  { version }: JudgedVersion,
  { lines: { title } }: Judging,
): Diagnostic[] {
  if (holes.length === 0) return []
  const id = holes.map((hole) => hole.id).join(', ')
  const means = holes.map((hole) => hole.means).join('; ')
  const mended = holes.map((hole) => hole.mended.at(-1)).join(', ')
  return [versionCodes.ENGINE_VERSION_WEAK({ title, version, id, means, mended })]
}

function withdrawn({ version }: JudgedVersion, { lines }: Judging): Diagnostic[] {
  const found = lines.withdrawn.find((one) => one.version === version)
  const { title } = lines
  return found ? [versionCodes.ENGINE_VERSION_WITHDRAWN({ title, version, source: found.source })] : []
}

function support({ version }: JudgedVersion, judging: Judging): Diagnostic[] {
  const { lines, dates, today } = judging
  const is = supportOf(dates, lines.product, version, today)
  const about = { title: lines.title, version, next: nextStep(version, judging) }
  if (is.state === 'ended') {
    return [versionCodes.ENGINE_LINE_ENDED({ ...about, line: is.line, since: is.since })]
  }
  if (is.state !== 'ends-soon') return []
  return [versionCodes.ENGINE_LINE_ENDS_SOON({ ...about, line: is.line, ends: is.ends, days: is.days })]
}

function unknown({ version }: JudgedVersion, { lines }: Judging): Diagnostic[] {
  if (!isUnknownNewer(lines, version)) return []
  const about = { title: lines.title, version, line: lineOfEngine(lines, version) }
  return [versionCodes.ENGINE_LINE_UNKNOWN({ ...about, newest: newestKnownLine(lines) })]
}
