/** Remembers which runs of this computer are under way, so that what a killed one left on nodes can be taken over. */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A run that is noted as being under way. */
export interface LiveRun {
  /** Runs of this cluster on this computer whose process is gone. */
  readonly deadRuns: readonly string[]
  /** Call when the nodes have been let go. */
  end(): void
}

/** Start time of a process in clock ticks after boot (proc_pid_stat(5), field 22): tells a number that is used again. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

function isAlive(text: string): boolean {
  const [pid = '', started = ''] = text.trim().split(' ')
  const now = startTime(Number(pid))
  if (now !== undefined) return now === started
  // Without /proc (not Linux) a signal tells whether the process is there.
  try {
    process.kill(Number(pid), 0)
    return started === '-'
  } catch {
    return false
  }
}

/** Notes a run in the runtime folder of the cluster, and finds those that died. */
export function noteLiveRun(runtimeFolder: string, run: string): LiveRun {
  const folder = join(runtimeFolder, 'runs')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const deadRuns = readdirSync(folder).filter((name) => {
    try {
      return !isAlive(readFileSync(join(folder, name), 'utf8'))
    } catch {
      return false
    }
  })
  writeFileSync(join(folder, run), `${process.pid} ${startTime(process.pid) ?? '-'}\n`, { mode: 0o600 })
  return {
    deadRuns,
    end: () => {
      for (const name of [run, ...deadRuns]) rmSync(join(folder, name), { force: true })
    },
  }
}
