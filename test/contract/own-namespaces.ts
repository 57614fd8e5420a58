/** A place where a program can work on the live system: mounts, network, hostname and files are a copy of its own. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { rm } from 'node:fs/promises'
import type { Program } from '../../src/compile/compile.ts'
import { run, type RunResult } from '../../src/support/run.ts'
import { runProgram, type ProgramRun } from './program-run.ts'
import { temporaryFolder } from './temporary.ts'

// What is written to these folders stays in memory and is gone at the end.
const SETUP = `
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
for folder in etc boot mnt usr/lib/locale var/lib; do
  mkdir -p "$1/$folder/upper" "$1/$folder/work"
  mount -t overlay -o "lowerdir=/$folder,upperdir=$1/$folder/upper,workdir=$1/$folder/work" overlay "/$folder"
done
mount -t tmpfs tmpfs /run
echo ready
exec cat
`

/** The live system as one test sees it. */
export interface OwnSystem {
  /** Runs a program with an empty root: it works on the live system. */
  readonly apply: (program: Program, mode?: 'check' | 'converge') => Promise<ProgramRun>
  readonly run: (program: string, ...args: string[]) => Promise<RunResult>
  /** Text of a file without the line end at its end. */
  readonly read: (path: string) => Promise<string>
}

/** Runs `use` with namespaces of its own, which are gone afterwards. Needs root. */
export async function withOwnSystem<T>(use: (system: OwnSystem) => Promise<T>): Promise<T> {
  const folder = temporaryFolder('system')
  const holder = spawn('unshare', ['--mount', '--net', '--uts', '--', 'sh', '-c', SETUP, 'sh', folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = new Promise((resolve) => holder.once('close', resolve))
  try {
    for await (const line of createInterface({ input: holder.stdout })) if (line === 'ready') break
    const inside = ['nsenter', '-t', String(holder.pid), '--mount', '--net', '--uts', '--'] as const
    const [enter, ...into] = inside
    const runInside = (program: string, ...args: string[]): Promise<RunResult> =>
      run(enter, [...into, program, ...args])
    return await use({
      apply: (program, mode = 'converge') => runProgram('', program, mode, { wrapper: inside }),
      run: runInside,
      read: async (path) => (await runInside('cat', path)).stdout.toString().replace(/\n$/, ''),
    })
  } finally {
    holder.stdin.end()
    await closed
    await rm(folder, { recursive: true })
  }
}
