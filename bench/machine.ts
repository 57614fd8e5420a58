/** Names what a benchmark ran on: the computer, how busy it was, and the commit. */
import { cpus, loadavg, release, totalmem } from 'node:os'
import { run } from '../src/support/run.ts'

/** The computer and the commit of one run. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryBytes: number
  readonly kernel: string
  readonly node: string
  readonly commit: string
  /** Mean number of programs that wanted a core during the last minute. */
  readonly load: number
}

/** Looks at the computer and at the folder's commit. */
export async function readMachine(folder: string): Promise<Machine> {
  const git = (...args: string[]) => run('git', ['-C', folder, ...args])
  const [commit, changed] = await Promise.all([
    git('rev-parse', '--short', 'HEAD'),
    git('status', '--porcelain', 'src'),
  ])
  const isChanged = changed.stdout.length > 0
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
    commit:
      commit.code === 0 ? commit.stdout.toString().trim() + (isChanged ? ' and changes' : '') : 'unknown',
    load: loadavg()[0] ?? 0,
  }
}

/** One line about it. */
export function machineLine({ processor, cores, memoryBytes, kernel, node, commit, load }: Machine): string {
  const memory = `${Math.round(memoryBytes / 2 ** 30)} GiB`
  return `${cores} x ${processor}, ${memory}, Linux ${kernel}, Node ${node}, load ${load.toFixed(1)}, commit ${commit}`
}
