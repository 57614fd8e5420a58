/**
 * What a role knows of the versions of its engine: lines, never one version. Everything that is chosen, judged or refused here follows from
 * this and from the dates of support (`support.json`); nothing in this folder knows an engine.
 */
import type { ReleaseLayout } from './layout.ts'
import { compareVersions, isOfLine, lineOf, compareLines } from './version.ts'

/** A weakness that was found in versions of an engine. */
export interface KnownHole {
  /** As it is known to the world: a CVE number where there is one. */
  readonly id: string
  /** The first versions without it, one for each line that got a mended version, oldest first. Newer lines never had it. */
  readonly mended: readonly [string, ...string[]]
  /** Who may do what through it, as a sentence without its full stop. */
  readonly means: string
  /** Whether it breaks what SECURITY.md promises. Then the version is refused unless the cluster file accepts it. */
  readonly breaksPromise: boolean
  /** Where the maker says so. */
  readonly source: string
}

/** A version that its maker took back. */
export interface WithdrawnVersion {
  readonly version: string
  readonly source: string
}

/** A step that its maker describes apart from the rule: into the line `to`, `from` a line only as of a version of it. */
export interface UpgradeStop {
  readonly from: string
  readonly to: string
  readonly asOf: string
  /** A line by which the rule alone leads there, for who cannot have `asOf`. */
  readonly otherwise?: string
  readonly source: string
}

/** Which version may follow which. */
export interface UpgradePath {
  /** How many lines one step may go at most. */
  readonly linesPerStep: number
  readonly stops: readonly UpgradeStop[]
  /** Where the maker says how far a step may go. */
  readonly source: string
}

/** What a role knows of the versions of its engine. */
export interface EngineLines {
  /** In the maker's index and in the dates of support. */
  readonly product: string
  /** For people. */
  readonly title: string
  readonly maker: string
  /** How its releases are laid out, and which are asked to be out. */
  readonly layout: ReleaseLayout
  /** Lines whose dialect the role knows, oldest first, without a gap. */
  readonly known: readonly [string, ...string[]]
  readonly withdrawn: readonly WithdrawnVersion[]
  readonly holes: readonly KnownHole[]
  readonly path: UpgradePath
}

/** The line of a version of this engine, also one that the role does not know. */
export function lineOfEngine({ known: [first] }: EngineLines, version: string): string {
  return lineOf(version, first)
}

/** The newest line that the role knows. */
export function newestKnownLine({ known }: EngineLines): string {
  return known.at(-1) ?? known[0]
}

/** Whether the version belongs to a line that came after all lines that the role knows. */
export function isUnknownNewer(lines: EngineLines, version: string): boolean {
  const line = lineOfEngine(lines, version)
  return !lines.known.includes(line) && compareLines(line, newestKnownLine(lines)) > 0
}

/** The weaknesses that a version has. */
export function holesIn(lines: EngineLines, version: string): readonly KnownHole[] {
  return lines.holes.filter(({ mended }) => {
    const ofLine = mended.find((one) => isOfLine(version, lineOfEngine(lines, one)))
    // A line without a mended version of its own has the hole when it is older than the newest line that got one.
    return compareVersions(version, ofLine ?? mended.at(-1) ?? mended[0]) < 0
  })
}
