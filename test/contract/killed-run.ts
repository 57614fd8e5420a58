/** Kills a program in the middle of its work, as a power cut does. */
import { spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import type { Program } from '../../src/compile/compile.ts'
import { programCommand } from './program-run.ts'

/** Starts a converge and sends SIGKILL to all its processes when it begins its step number `step`. */
export async function killedInTheMiddle(
  root: string,
  program: Program,
  step: number,
  live = false,
): Promise<void> {
  const { argv, environment, folder } = await programCommand(program, 'converge', { live })
  const [command = '', ...args] = argv
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...environment, BRAMBLE_ROOT: root },
  })
  const closed = new Promise((resolve) => child.once('close', resolve))
  let steps = 0
  for await (const line of createInterface({ input: child.stdout })) {
    // A kind that converges as a whole has one step for all its rows.
    const whole = line.startsWith('@\tconverging\t\t')
    if (!line.startsWith('@\tconverging')) continue
    steps += 1
    if ((whole || steps === step) && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }
  await closed
  await rm(folder, { recursive: true })
}
