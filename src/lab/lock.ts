/** Lets one process at a time work on a thing; the kernel gives the lock back when its holder dies. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { heard } from '../support/heard.ts'
import { LabFailure } from './lab-error.ts'

/**
 * Runs `work` while holding an exclusive flock(2) on a file, which is made when it is missing and removed afterwards.
 * `waiting` is told once when somebody else has it.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, waiting?: () => void): Promise<T> {
  const release = await acquire(file, waiting)
  try {
    return await work()
  } finally {
    await release()
  }
}

async function acquire(file: string, waiting?: () => void): Promise<() => Promise<void>> {
  for (;;) {
    mkdirSync(dirname(file), { recursive: true })
    // `cat` holds the lock for as long as our end of its input is open, so until we end, whatever our end is.
    const holder = heard(
      spawn('flock', ['--exclusive', '--no-fork', file, 'cat'], { stdio: ['pipe', 'pipe', 'ignore'] }),
    )
    const ended = once(holder, 'close')
    // A flock that cannot be started ends with an error in place of 'close'.
    ended.catch(() => undefined)
    holder.stdin.write('held\n')
    const slow = setTimeout(() => waiting?.(), 1000)
    const held = await Promise.race([once(holder.stdout, 'data'), ended.then(() => undefined)])
    clearTimeout(slow)
    if (held === undefined) throw new LabFailure(`flock ${file}: ended before it had the lock`)
    const release = async () => {
      holder.stdin.end()
      await ended
    }
    // The holder before us removed the file that we waited for: the lock is on another one now.
    if (isSameFile(file, `/proc/${holder.pid}/fd`)) {
      return async () => {
        rmSync(file, { force: true })
        await release()
      }
    }
    await release()
  }
}

function isSameFile(file: string, descriptors: string): boolean {
  try {
    return statSync(`${descriptors}/3`).ino === statSync(file).ino
  } catch {
    return false
  }
}
