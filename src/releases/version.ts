/** Versions and lines of programs, as their makers count them: `1.22.7` is a version of the line `1.22`, `29.7.2` one of the line `29`. */

/** `major.minor.patch` as numbers. */
export interface Version {
  readonly major: number
  readonly minor: number
  readonly patch: number
}

/** Reads `1.8.7`, also with a suffix that says who built it (`1.8.7+dfsg1-2+b3`, `1.8.7+ent`); undefined for anything else. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor, patch] = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:[-+~].*)?$/.exec(text) ?? []
  if (major === undefined || minor === undefined || patch === undefined) return undefined
  return { major: Number(major), minor: Number(minor), patch: Number(patch) }
}

/** Whether the text is a version that everybody may have: no candidate of one, and none with an addition of its builder. */
export function isPlainVersion(text: string): boolean {
  return /^(?:0|[1-9]\d{0,3})(?:\.(?:0|[1-9]\d{0,3})){2}$/.test(text)
}

/** Negative when `a` is older than `b`, positive when it is newer. Text that is no version is older than all. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parseVersion(a), parseVersion(b)]
  if (x === undefined || y === undefined) return Number(x !== undefined) - Number(y !== undefined)
  return x.major - y.major || x.minor - y.minor || x.patch - y.patch
}

/** Negative when the line `a` is older than the line `b`: `1.9` than `1.10`, `28` than `29`. */
export function compareLines(a: string, b: string): number {
  return compareVersions(asVersion(a), asVersion(b))
}

function asVersion(line: string): string {
  return [...line.split('.'), '0', '0'].slice(0, 3).join('.')
}

/** Whether a version belongs to a line. */
export function isOfLine(version: string, line: string): boolean {
  const parsed = parseVersion(version)
  if (parsed === undefined) return false
  return `${parsed.major}.${parsed.minor}.${parsed.patch}`.startsWith(`${line}.`)
}

/** The line of a version, with as many numbers as `like`, a line of the same program. The text itself where it is no version. */
export function lineOf(version: string, like: string): string {
  const parsed = parseVersion(version)
  if (parsed === undefined) return version
  return [parsed.major, parsed.minor, parsed.patch].slice(0, like.split('.').length).join('.')
}
