/** Writes down every program that is started, with all of its arguments and its whole environment: nothing is sampled. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** strace(1): each start with unshortened arguments and environment, of all processes that come from the first ones. */
export const EXECUTIONS = [
  '-f',
  '-qq',
  '-v',
  '-s',
  '1000000',
  '-e',
  'trace=execve,execveat',
  '-e',
  'signal=none',
] as const

/** All processes of the namespace of a node's first process. */
function processesWith(first: number): string[] {
  const wanted = readlinkSync(`/proc/${first}/ns/pid`)
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/ns/pid`) === wanted
    } catch {
      return false
    }
  })
}

/** Starts to write down what a node starts; what is returned ends it. */
export async function watchNode(first: number, file: string): Promise<() => Promise<void>> {
  const pids = processesWith(first).flatMap((pid) => ['-p', pid])
  const child = spawn('strace', [...EXECUTIONS, '-o', file, ...pids], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'close')
  // With -qq it says nothing; the kernel says whether it has taken hold.
  for (;;) {
    const status = readFileSync(`/proc/${first}/status`, 'utf8')
    if (!/^TracerPid:\t0$/m.test(status)) break
    if (child.exitCode !== null) throw new Error(`strace ended with ${child.exitCode}`)
    await delay(50)
  }
  return async () => {
    child.kill('SIGINT')
    await ended
  }
}
