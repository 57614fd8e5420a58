/**
 * Whether the wanted versions of engines may follow those that run. What runs is asked of the engine itself, which knows it wherever
 * the program came from and also halfway through an upgrade; when nobody answers, the cluster lock says what the last complete
 * apply left on the nodes.
 */
import type { Positions } from '../cluster-file/positions.ts'
import { versionCodes } from '../diagnostics/catalogue/versions.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { EngineProbe, NodeLink } from '../engines/contract.ts'
import { newestKnownLine } from '../releases/engine-lines.ts'
import { upgradeStep } from '../releases/upgrade-path.ts'
import { placeOfRole } from '../resolve/resolve.ts'
import type { WantedVersion } from './programs.ts'

/** What is needed to judge. */
export interface VersionParts {
  readonly versions: readonly WantedVersion[]
  readonly probes: readonly EngineProbe[]
  /** What the cluster lock says, by engine. */
  readonly running: Readonly<Record<string, string>>
  readonly positions: Positions
  readonly link: NodeLink
}

/** The versions that a run over these nodes could change. */
export function versionsInScope(
  versions: readonly WantedVersion[],
  inScope: ReadonlySet<string>,
): WantedVersion[] {
  return versions.filter(({ nodes }) => nodes.some((node) => inScope.has(node)))
}

/** What the engines object to; empty for an engine of which nothing runs and nothing is known. Never rejects. */
export async function versionRefusals(parts: VersionParts): Promise<readonly Diagnostic[]> {
  const found = await Promise.all(
    parts.versions.map(async (version) => {
      const { wanted } = version
      if (wanted === undefined) return []
      const seen = await runningVersions(version, parts)
      return [...seen].flatMap(([from, nodes]) => refusalOf(version, from, wanted, nodes, parts))
    }),
  )
  return found.flat()
}

/** What keeps an engine from going from one version to another, with its place in the cluster file. */
export function refusalOf(
  version: WantedVersion,
  from: string,
  to: string,
  nodes: readonly string[],
  { positions }: Pick<VersionParts, 'positions'>,
): Diagnostic[] {
  const { lines, role, statedBy } = version
  const where = placeOfRole(positions, role, statedBy)
  const change = { title: lines.title, from, to, nodes }
  const step = upgradeStep(lines, from, to)
  switch (step.kind) {
    case 'downgrade':
      return [versionCodes.ENGINE_DOWNGRADE(change, { where })]
    case 'too-far':
      return [versionCodes.ENGINE_UPGRADE_TOO_FAR({ ...change, ...step }, { where })]
    case 'unknown': {
      const newest = newestKnownLine(lines)
      return [versionCodes.ENGINE_LINE_UNKNOWN_STEP({ ...change, line: step.line, newest }, { where })]
    }
    default:
      return []
  }
}

/** Names of nodes by the version that they run. */
async function runningVersions(
  { engine, nodes }: WantedVersion,
  { probes, running, link }: VersionParts,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const probe = probes.find(({ name }) => name === engine)
  for (const member of probe?.members ?? []) {
    const asked = await probe?.ask(link, member).catch(() => undefined)
    const seen = new Map<string, string[]>()
    for (const { node, version } of asked?.members ?? []) {
      if (version && nodes.includes(node)) seen.set(version, [...(seen.get(version) ?? []), node])
    }
    if (seen.size > 0) return seen
  }
  const last = running[engine]
  return new Map(last === undefined ? [] : [[last, nodes]])
}
