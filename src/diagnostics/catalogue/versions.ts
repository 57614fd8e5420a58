/** Codes for versions of engines: what may follow what, what is supported, what is unsafe. The same for every engine. */
import { code, defineCodes } from '../define-codes.ts'

/** A version of an engine. */
interface EngineAt {
  readonly title: string
  readonly version: string
}

/** A change of version, and the nodes that run the old one. */
interface VersionChange {
  readonly title: string
  readonly from: string
  readonly to: string
  readonly nodes: readonly string[]
}

const JUDGED = 'src/releases/judge-version.test.ts'
const STEPS = 'src/programs/running-versions.test.ts'

const SUPPORT =
  'Until when a maker supports a line is data that comes with Bramble and tells its own date; `npm run support-dates` makes it from endoflife.date. `check`, `plan` and `status` compare ' +
  'it with the day of this computer. The default of a new cluster is always a line that is supported.'

const HOLES =
  'Each engine comes with a list of known weaknesses of its versions, each with the place where its maker tells of it. One that breaks what SECURITY.md promises refuses the version, in ' +
  '`plan`, `apply` and `upgrade`, until the role says `unmaintained: accepted`; the way to a mended version is always open.'

function run(nodes: readonly string[]): string {
  return `${nodes.join(', ')} ${nodes.length === 1 ? 'runs' : 'run'}`
}

/** What can be said of a version. */
export const versionCodes = defineCodes({
  ENGINE_UPGRADE_TOO_FAR: code<VersionChange & { through: readonly string[]; source: string }>({
    origin: 'cluster',
    shownBy: STEPS,
    title: 'An upgrade over too many versions',
    summary: ({ title, from, to }) => `${title} cannot go from ${from} to ${to} in one step`,
    why: ({ nodes, from, through, source }) =>
      `${run(nodes)} ${from}, and the steps that the maker supports are: ${through.join(', then ')} (${source})`,
    fix: ({ through }) =>
      `first want the newest version of ${through[0]}, type  bramble apply,  and so on to ${through.at(-1)}; each step needs a healthy cluster; where the cluster lock decides,  bramble upgrade  takes the next step by itself`,
    explain:
      'Members of two neighbouring versions have to understand each other while the cluster is upgraded, and a new version reads what the old one wrote. Makers support that over so many ' +
      'lines only (HashiCorp: two), and describe some steps apart (Consul 1.21 to 2.0). What runs is asked of the living engine; when nobody answers, the cluster lock says what the ' +
      'last complete apply left on the nodes. A new cluster starts with any version.',
  }),
  ENGINE_DOWNGRADE: code<VersionChange>({
    origin: 'cluster',
    shownBy: STEPS,
    title: 'An older version than the one that runs',
    summary: ({ title, from, to }) => `${title} cannot go back from ${from} to ${to}`,
    why: ({ nodes, from }) =>
      `${run(nodes)} ${from}; an older program may not read what that wrote, and then starts no more`,
    fix: ({ from }) => `want ${from} or later`,
    explain:
      'What an engine keeps has no form that older versions promise to read, within a line as little as between lines. The way back is a new cluster and a snapshot that the old version took ' +
      'before the upgrade.',
  }),
  ENGINE_LINE_UNKNOWN_STEP: code<VersionChange & { line: string; newest: string }>({
    origin: 'cluster',
    shownBy: STEPS,
    title: 'An upgrade to a line that this Bramble does not know',
    summary: ({ title, line }) => `this Bramble does not know ${title} ${line}`,
    why: ({ nodes, from, newest }) =>
      `${run(nodes)} ${from}; what ${newest} and older want is known, what changed after that is not, and a step that goes wrong has no way back`,
    fix: ({ newest }) => `update Bramble first, or want a version of ${newest}`,
    explain:
      'A role knows the lines of its engine: how each wants to be told things, and which may follow which. A new cluster may begin with a newer line, with a warning; a living one is not taken ' +
      'there by a Bramble that has not heard of it.',
  }),
  ENGINE_LINE_UNKNOWN: code<EngineAt & { line: string; newest: string }>({
    severity: 'warning',
    origin: 'cluster',
    shownBy: JUDGED,
    title: 'A line of an engine that this Bramble does not know',
    summary: ({ title, line }) => `this Bramble does not know ${title} ${line}`,
    why: ({ newest }) =>
      `it is told things as ${newest} wants them; the program itself checks its configuration on each node before it goes live`,
    fix: ({ newest }) => `update Bramble, or want a version of ${newest}`,
    explain:
      'A role knows the lines of its engine: how each wants to be told things. A newer line is told things in the newest way that is known.',
  }),
  ENGINE_LINE_NEWER: code<{ title: string; version: string; newest: string }>({
    severity: 'warning',
    origin: 'cluster',
    shownBy: 'src/programs/decide-versions.test.ts',
    title: 'A newer line is out',
    summary: ({ title, version }) => `${title} ${version} is out, of a line that this Bramble does not know`,
    why: ({ newest }) =>
      `${newest} is the newest line whose configuration is known; the newer one was left alone`,
    fix: 'look for a newer Bramble',
    explain:
      'The index of the maker names a version of a line that came after all lines that the role knows.',
  }),
  ENGINE_LINE_ENDED: code<EngineAt & { line: string; since: string | undefined; next: string | undefined }>({
    severity: 'warning',
    origin: 'cluster',
    shownBy: JUDGED,
    title: 'A line that its maker no longer supports',
    summary: ({ title, line, since }) =>
      `${title} ${line} is out of support${since === undefined ? '' : ` since ${since}`}`,
    why: ({ version, next }) =>
      `nothing that is found in ${version} from now on is mended${next === undefined ? '' : `; the next step is ${next}`}`,
    fix: ({ next }) =>
      next === undefined
        ? 'update Bramble, which may know newer lines'
        : 'type  bramble upgrade,  or write a newer version where the cluster file states one',
    explain: SUPPORT,
  }),
  ENGINE_LINE_ENDS_SOON: code<
    EngineAt & { line: string; ends: string; days: number; next: string | undefined }
  >({
    severity: 'warning',
    origin: 'cluster',
    shownBy: JUDGED,
    title: 'A line whose support ends soon',
    summary: ({ title, line, ends, days }) =>
      `${title} ${line} is supported until ${ends}, for ${days} more ${days === 1 ? 'day' : 'days'}`,
    why: ({ next }) =>
      `after that nothing in it is mended${next === undefined ? '' : `; the next step is ${next}`}`,
    fix: 'type  bramble upgrade,  or write a newer version where the cluster file states one',
    explain: SUPPORT,
  }),
  ENGINE_VERSION_UNSAFE: code<EngineAt & { id: string; means: string; mended: string; role: string }>({
    origin: 'cluster',
    shownBy: JUDGED,
    title: 'A version with a weakness that breaks what is promised',
    summary: ({ title, version, id }) => `${title} ${version} has ${id}`,
    why: ({ means, mended }) => `${means}; mended in ${mended}`,
    fix: ({ role }) =>
      `want a version that has it mended; to run this one all the same, write  unmaintained: accepted  at ${role}`,
    explain: HOLES,
  }),
  ENGINE_VERSION_UNSAFE_ACCEPTED: code<EngineAt & { id: string; means: string; mended: string }>({
    severity: 'warning',
    origin: 'cluster',
    shownBy: JUDGED,
    title: 'A weakness that the cluster file accepts',
    summary: ({ title, version, id }) => `${title} ${version} has ${id}, which is accepted`,
    why: ({ means }) => means,
    fix: ({ mended }) => `want ${mended} or later when you can, and take  unmaintained  out again`,
    explain: HOLES,
  }),
  ENGINE_VERSION_WEAK: code<EngineAt & { id: string; means: string; mended: string }>({
    severity: 'warning',
    origin: 'cluster',
    shownBy: JUDGED,
    title: 'A version with a known weakness',
    summary: ({ title, version, id }) => `${title} ${version} has ${id}`,
    why: ({ means }) => means,
    fix: ({ mended }) => `want ${mended} or later`,
    explain: HOLES,
  }),
  ENGINE_VERSION_WITHDRAWN: code<EngineAt & { source: string }>({
    severity: 'warning',
    origin: 'cluster',
    shownBy: JUDGED,
    title: 'A version that its maker took back',
    summary: ({ title, version }) => `${title} ${version} was taken back by its maker`,
    why: ({ source }) => `${source} tells of it`,
    fix: 'want a later version of the same line',
    explain: 'It is never chosen, and runs only where the cluster file or the cluster lock says so.',
  }),
})
