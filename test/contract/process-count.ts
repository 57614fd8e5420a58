/** Counts the processes that a program starts, as the kernel sees them. */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Program } from '../../src/compile/compile.ts'
import { runProgram } from './program-run.ts'
import { temporaryFolder } from './temporary.ts'

/** How many processes a check starts, subshells included; counted by strace(1). */
export async function processesOf(root: string, program: Program): Promise<number> {
  const folder = temporaryFolder('strace')
  const trace = join(folder, 'trace')
  // The first program after a boot makes this folder, and that is not what is counted.
  await mkdir(join(root, 'run/bramble'), { recursive: true, mode: 0o700 })
  const wrapper = [
    'strace',
    '--follow-forks',
    '--quiet=all',
    '--trace=clone,clone3,fork,vfork',
    `--output=${trace}`,
  ]
  const { code, stderr } = await runProgram(root, program, 'check', { wrapper })
  if (code !== 0) throw new Error(`the check failed: ${stderr}`)
  const text = await readFile(trace, 'utf8')
  await rm(folder, { recursive: true })
  return text.split('\n').filter((line) => /\b(clone|clone3|fork|vfork)\(/.test(line)).length
}
