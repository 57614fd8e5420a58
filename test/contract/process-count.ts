/** Counts the processes that a program starts. */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Program } from '../../src/compile/compile.ts'
import { runProgram } from './program-run.ts'
import { temporaryFolder } from './temporary.ts'

/** Runs its arguments and writes into the file `$0` the next process id after them. */
const COUNTING = '"$@"; status=$?; sh -c "echo \\$\\$" >"$0"; exit $status'

/**
 * How many processes a check starts, subshells included. It runs in a namespace of process ids of its own, where they
 * are given out one after the other (pid_namespaces(7)).
 */
export async function processesOf(root: string, program: Program, live = false): Promise<number> {
  const folder = temporaryFolder('count')
  const next = join(folder, 'next')
  // The first program after a boot makes this folder, and that is not what is counted.
  await mkdir(join(root, 'run/bramble'), { recursive: true, mode: 0o700 })
  try {
    const wrapper = ['unshare', '--pid', '--fork', 'sh', '-c', COUNTING, next]
    const { code, stderr } = await runProgram(root, program, 'check', { wrapper, live })
    if (code !== 0) throw new Error(`the check failed: ${stderr}`)
    // Process 1 counts, 2 is the program, and the last one only tells its number.
    return Number(await readFile(next, 'utf8')) - 3
  } finally {
    await rm(folder, { recursive: true })
  }
}
