/** What the versions of a cluster's engines are judged by, for `check`, `plan`, `status` and `upgrade`. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { judgeVersion, nextStep } from '../../releases/judge-version.ts'
import { supportDates, supportOf, type SupportDates } from '../../releases/support.ts'
import { placeOfRole, type Resolved } from '../../resolve/resolve.ts'
import type { OpenedCluster } from '../open.ts'
import { wantedVersions, type WantedVersion } from '../../programs/programs.ts'

/** What is to be said today of the versions that the cluster file or the cluster lock decides. */
export function versionDiagnostics(cluster: OpenedCluster, today: Date): Diagnostic[] {
  return judgedVersions(cluster.resolved, cluster.source, today)
}

/** The same of versions that were decided meanwhile. @internal */
export function judgedVersions(
  resolved: Resolved,
  { positions }: Pick<OpenedCluster['source'], 'positions'>,
  today: Date,
): Diagnostic[] {
  return wantedVersions(resolved).flatMap((version) =>
    version.wanted === undefined
      ? []
      : judgedAs(version, version.wanted, today).map((diagnostic) => ({
          ...diagnostic,
          where: placeOfRole(positions, version.role, version.statedBy),
        })),
  )
}

/** What is to be said of an engine in this version, without a place. @internal */
export function judgedAs(
  { lines, isAccepted, role }: WantedVersion,
  version: string,
  today: Date,
): Diagnostic[] {
  return judgeVersion({ version, isAccepted, role }, { lines, dates: supportDates(), today })
}

/** How the versions that run stand with their maker, for `status`. */
export interface EngineSupport {
  readonly engine: string
  /** What runs, or what the cluster is to run where nobody answers. */
  readonly version: string
  readonly state: 'supported' | 'ends-soon' | 'ended' | 'unknown'
  /** One sentence. */
  readonly detail: string
  /** False for a version with a weakness that breaks what is promised and that the cluster file does not accept. */
  readonly safe: boolean
}

/** What there is to say of each version of an engine that runs. @internal */
export function supportOfRunning(
  version: WantedVersion,
  running: readonly string[],
  today: Date,
  dates: SupportDates = supportDates(),
): EngineSupport[] {
  const { lines, engine, isAccepted, role } = version
  return [...new Set(running)].sort().map((runs) => {
    const judging = { lines, dates, today }
    const { state } = supportOf(dates, lines.product, runs, today)
    const found = judgeVersion({ version: runs, isAccepted, role }, judging)
    const next = nextStep(runs, judging)
    const said = found.map(({ summary }) => summary)
    const fine = `${lines.title} ${runs} is supported by ${lines.maker}`
    const whole =
      said.length === 0
        ? [state === 'unknown' ? `nothing is known of the support of ${lines.title} ${runs}` : fine]
        : said
    return {
      engine,
      version: runs,
      state,
      detail: [...whole, ...(said.length > 0 && next !== undefined ? [`the next step is ${next}`] : [])].join(
        '; ',
      ),
      safe: found.every(({ severity }) => severity !== 'error'),
    }
  })
}
