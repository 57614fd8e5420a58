/** What benchmarks and experiments need of the computer, said before they begin. */
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { labPreflight } from '../src/lab/lab.ts'
import { UsageError } from './command-line.ts'

/** One thing that is needed: in words, and why it is not there. */
interface Need {
  readonly title: string
  readonly lacks: () => Promise<readonly string[]> | readonly string[]
}

const NEEDS = {
  root: { title: 'root', lacks: () => (process.getuid?.() === 0 ? [] : ['only root may do this here']) },
  lab: { title: 'virtual nodes (Linux, root)', lacks: labPreflight },
  emulator: { title: 'emulated nodes', lacks: () => labPreflight({ emulated: true }) },
  sshd: { title: 'openssh-server', lacks: () => lacksProgram('sshd', 'openssh-server') },
  unshare: { title: 'util-linux', lacks: () => lacksProgram('unshare', 'util-linux') },
  strace: { title: 'strace', lacks: () => lacksProgram('strace', 'strace') },
  dnsperf: { title: 'dnsperf', lacks: () => lacksProgram('dnsperf', 'dnsperf') },
  script: { title: 'bsdutils', lacks: () => lacksProgram('script', 'bsdutils') },
} as const satisfies Readonly<Record<string, Need>>

/** The name of something that can be needed. */
export type NeedName = keyof typeof NEEDS

/** Where Debian puts the programs of root, which are not in everybody's path. */
const ROOT_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin']

function lacksProgram(program: string, debianPackage: string): string[] {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...ROOT_FOLDERS]
  if (folders.some((folder) => existsSync(join(folder, program)))) return []
  return [`${program} is not installed; type: sudo apt-get install ${debianPackage}`]
}

/** Names with what they are and what they need, for `--help`. */
export function namesWithNeeds(
  entries: Readonly<Record<string, { readonly what: string; readonly needs: readonly NeedName[] }>>,
): string {
  return Object.entries(entries)
    .map(([name, { what, needs }]) => {
      const titles = needs.map((need) => NEEDS[need].title)
      return `  ${name.padEnd(14)}${what}\n${' '.repeat(16)}needs ${titles.join(', ') || 'nothing else'}`
    })
    .join('\n')
}

/** Refuses to begin when something is not there: it would fail in the middle. */
export async function requireAll(name: string, needs: readonly NeedName[]): Promise<void> {
  const lacking = (await Promise.all(needs.map(async (need) => NEEDS[need].lacks()))).flat()
  if (lacking.length > 0)
    throw new UsageError([`${name} cannot run here:`, ...lacking.map((line) => `  ${line}`)].join('\n'))
}
