/** Which steps an upgrade may take, by what a maker says of its engine. */
import { isUnknownNewer, lineOfEngine, type EngineLines, type UpgradeStop } from './engine-lines.ts'
import { compareLines, compareVersions } from './version.ts'

/** What a change from one version to another is. */
export type VersionStep =
  | { readonly kind: 'same' }
  | { readonly kind: 'supported' }
  | { readonly kind: 'downgrade' }
  /** The role does not know the line, so that nobody here can say whether the step is one. */
  | { readonly kind: 'unknown'; readonly line: string }
  /** `through` are the lines, or versions where a line will not do, to go through one after the other; the last is what was asked for. */
  | { readonly kind: 'too-far'; readonly through: readonly string[]; readonly source: string }

/**
 * Whether the maker supports going from one version to another in one step. A downgrade within a line is one as well: the older
 * program may not read what the newer one wrote.
 */
export function upgradeStep(lines: EngineLines, from: string, to: string): VersionStep {
  const order = compareVersions(to, from)
  if (order === 0) return { kind: 'same' }
  if (order < 0) return { kind: 'downgrade' }
  const line = lineOfEngine(lines, to)
  if (lineOfEngine(lines, from) === line) return { kind: 'supported' }
  if (isUnknownNewer(lines, to)) return { kind: 'unknown', line }
  const through = stepsTo(lines, from, line)
  if (through.length <= 1) return { kind: 'supported' }
  const stop = lines.path.stops.find((one) => stopName(one) === through[0])
  return { kind: 'too-far', through, source: stop?.source ?? lines.path.source }
}

/** The stops on the way from a version to a line, the line last: each a line, or a version where its line will not do. */
export function stepsTo(lines: EngineLines, from: string, line: string): readonly string[] {
  const { known, path } = lines
  const target = placeOf(lines, line)
  const through: string[] = []
  let at = placeOf(lines, lineOfEngine(lines, from))
  let version: string | undefined = from
  if (at < 0) {
    // Nobody here knows how far it is from there to the first known line.
    through.push(known[0])
    at = 0
    version = undefined
  }
  while (at < target) {
    const next = Math.min(target, at + path.linesPerStep)
    // Any version of the line where we are will not do for this step, also when that line was the stop before.
    const stop = stopBetween(lines, known[at], known[next])
    if (stop && (version === undefined || compareVersions(version, stop.asOf) < 0)) {
      through.push(stopName(stop))
    }
    through.push(known[next] ?? line)
    at = next
    version = undefined
  }
  return through
}

function stopName({ asOf, otherwise }: UpgradeStop): string {
  return otherwise === undefined ? asOf : `${asOf} or ${otherwise}`
}

function stopBetween(
  { path }: EngineLines,
  from: string | undefined,
  to: string | undefined,
): UpgradeStop | undefined {
  if (from === undefined || to === undefined) return undefined
  return path.stops.find((stop) => stop.from === from && compareLines(to, stop.to) >= 0)
}

/** Place among the known lines; -1 for a line before all of them. */
function placeOf({ known }: EngineLines, line: string): number {
  return known.findLastIndex((one) => compareLines(one, line) <= 0)
}
