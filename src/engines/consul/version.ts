/** Versions of Consul: which one is newer, how each wants its configuration, and which steps an upgrade may take. */

/** `major.minor.patch` as numbers. */
export interface ConsulVersion {
  readonly major: number
  readonly minor: number
  readonly patch: number
}

/** The oldest version that the roles know: Debian's. */
export const OLDEST_VERSION = '1.8.0'

/** Reads `1.8.7`, also with a suffix that says who built it (`1.8.7+dfsg1-2+b3`, `1.19.2+ent`); undefined for anything else. */
export function parseVersion(text: string): ConsulVersion | undefined {
  const [, major, minor, patch] = /^v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})(?:[-+~].*)?$/.exec(text) ?? []
  if (major === undefined || minor === undefined || patch === undefined) return undefined
  return { major: Number(major), minor: Number(minor), patch: Number(patch) }
}

/** Negative when `a` is older than `b`, positive when it is newer. Text that is no version is older than all. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parseVersion(a), parseVersion(b)]
  if (x === undefined || y === undefined) return Number(x !== undefined) - Number(y !== undefined)
  return x.major - y.major || x.minor - y.minor || x.patch - y.patch
}

/** How a version wants to be told things. Sources: Consul's changelog and agent configuration reference, tried with 1.8.7 and 1.19.2. */
export interface Dialect {
  /** `ui_config { enabled }` instead of `ui`, since 1.9. */
  readonly uiBlock: boolean
  /** `tls { }` instead of `ca_file`, `verify_incoming_rpc` and the like, since 1.12. */
  readonly tlsBlock: boolean
  /** Has the port `grpc_tls`, on by default for servers, since 1.14. */
  readonly grpcTlsPort: boolean
  /** Has `peering { }`, since 1.13; on by default since 1.14. */
  readonly peering: boolean
  /** Agents take services and checks out of the catalog with their own token, since 1.15 (hashicorp/consul#16097). */
  readonly agentDeregisters: boolean
}

/** The dialect of a version. */
export function dialectOf(version: string): Dialect {
  const since = (first: string): boolean => compareVersions(version, first) >= 0
  return {
    uiBlock: since('1.9.0'),
    tlsBlock: since('1.12.0'),
    grpcTlsPort: since('1.14.0'),
    peering: since('1.13.0'),
    agentDeregisters: since('1.15.0'),
  }
}

/** What a change from one version to another is. */
export type VersionStep =
  | { readonly kind: 'same' }
  | { readonly kind: 'supported' }
  | { readonly kind: 'downgrade' }
  /** `through` are the lines to go through one after the other; the last one is the line that was asked for. */
  | { readonly kind: 'too-far'; readonly through: readonly string[] }

/** A step may skip at most one line (HashiCorp, "Upgrade instructions": "each upgrade should jump at most 2 major versions"). */
const LINES_PER_STEP = 2

/** 2.0 came right after 1.22, so the lines can be counted through. */
const LAST_MINOR_OF_1 = 22

/**
 * Whether HashiCorp supports going from one version to another in one step. A downgrade within a line is one as well:
 * the older program may not read what the newer one wrote into the raft log.
 */
export function upgradeStep(from: string, to: string): VersionStep {
  const order = compareVersions(to, from)
  if (order === 0) return { kind: 'same' }
  if (order < 0) return { kind: 'downgrade' }
  const [first, last] = [lineNumber(from), lineNumber(to)]
  if (last - first <= LINES_PER_STEP) return { kind: 'supported' }
  const stops = Math.ceil((last - first) / LINES_PER_STEP)
  return {
    kind: 'too-far',
    through: Array.from({ length: stops }, (_, index) =>
      lineName(Math.min(last, first + (index + 1) * LINES_PER_STEP)),
    ),
  }
}

function lineNumber(version: string): number {
  const parsed = parseVersion(version)
  if (parsed === undefined) return 0
  return parsed.major < 2 ? parsed.minor : LAST_MINOR_OF_1 + 1 + parsed.minor + (parsed.major - 2) * 100
}

function lineName(line: number): string {
  return line <= LAST_MINOR_OF_1 ? `1.${line}` : `2.${line - LAST_MINOR_OF_1 - 1}`
}
