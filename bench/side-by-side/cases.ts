/** The cases of the comparison: what is not as wanted when a contender starts, and how it is seen that it did its work. */
import type { SiteNodes } from './site-nodes.ts'
import {
  CHANGED_FILE,
  CHANGED_SERVICE,
  CHANGED_SETTINGS,
  TOP,
  wantedState,
  type WantedState,
} from './wanted-state.ts'

/** One case. */
export interface Case {
  readonly name: string
  readonly title: string
  /** What is wanted at the n-th run. */
  readonly state: (size: number, run: number) => WantedState
  /** Whether the run has to change something. */
  readonly changes: boolean
  /** Before each run. */
  readonly prepare?: (site: SiteNodes, state: WantedState) => Promise<void>
  /** What every node says when the run has done its work; compared with what it said before. */
  readonly proof?: { readonly argv: readonly string[]; readonly becomes?: (state: WantedState) => string }
  /** Takes minutes for some, so there are fewer runs. */
  readonly isLong?: boolean
}

function changed(path: string, run: number): Readonly<Record<string, string>> {
  return { [path]: `# run ${run}\n${'key = other value\n'.repeat(60)}` }
}

/** All cases, by what `--cases` calls them. */
export const CASES: readonly Case[] = [
  { name: 'nothing', title: 'nothing to do', state: (size) => wantedState(size), changes: false },
  {
    name: 'file',
    title: 'one file changed',
    state: (size, run) => wantedState(size, changed(CHANGED_FILE, run)),
    changes: true,
    proof: { argv: ['cat', CHANGED_FILE], becomes: ({ files }) => files[CHANGED_FILE] ?? '' },
  },
  {
    name: 'service',
    title: "one service's settings changed",
    state: (size, run) => wantedState(size, changed(CHANGED_SETTINGS, run)),
    changes: true,
    // Another one for each start (systemd.exec(5)).
    proof: { argv: ['systemctl', 'show', '-p', 'InvocationID', '--value', CHANGED_SERVICE] },
  },
  {
    name: 'bare',
    title: 'all of it from bare nodes',
    state: (size) => wantedState(size),
    changes: true,
    isLong: true,
    prepare: (site, { packages }) => site.reset(packages),
    proof: {
      argv: ['sh', '-c', `find ${TOP} -type f 2>/dev/null | wc -l`],
      becomes: ({ files }) => `${Object.keys(files).filter((path) => path.startsWith(TOP)).length}\n`,
    },
  },
]
