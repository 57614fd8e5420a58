/** Remembers which runs of this computer are under way, so that what a killed one left on nodes can be taken over. */
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isProcessAlive } from '../../support/process-alive.ts'

/** How long a run is remembered that may have left something on nodes: longer than a program is at work. */
const KEPT_MILLISECONDS = 24 * 60 * 60 * 1000
/** Their names go to every node, so there is an end to them. */
const MOST_REMEMBERED = 50
const OVER = 'over'

/** A run that is noted as being under way. */
export interface LiveRun {
  /** Runs of this cluster on this computer that are over, and perhaps still hold nodes or have a program at work there. */
  readonly deadRuns: readonly string[]
  /** Call at the end; `letGo` when no node is held any more: nothing is then left to take over. */
  end(letGo: boolean): void
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
  if (pid === OVER) return false
  const now = startTime(Number(pid))
  if (now !== undefined) return now === started
  // Without /proc (not Linux) a signal tells whether the process is there.
  return started === '-' && isProcessAlive(Number(pid))
}

/** Notes a run in the runtime folder of the cluster, and finds those that died. */
export function noteLiveRun(runtimeFolder: string, run: string): LiveRun {
  const folder = join(runtimeFolder, 'runs')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const deadRuns = readdirSync(folder).filter((name) => !name.startsWith('.') && isDead(join(folder, name)))
  note(folder, run, `${process.pid} ${startTime(process.pid) ?? '-'}`)
  return {
    deadRuns: deadRuns.toSorted().slice(-MOST_REMEMBERED),
    end: (letGo) => {
      if (letGo) rmSync(join(folder, run), { force: true })
      else note(folder, run, OVER)
    },
  }
}

/** Is the run over? One that was over long ago is forgotten. */
function isDead(file: string): boolean {
  try {
    if (isAlive(readFileSync(file, 'utf8'))) return false
    const isRecent = Date.now() - statSync(file).mtimeMs < KEPT_MILLISECONDS
    if (!isRecent) rmSync(file, { force: true })
    return isRecent
  } catch {
    // Another run has just taken it away.
    return false
  }
}

/** In one step: a run whose note is half written would seem to be dead. */
function note(folder: string, run: string, text: string): void {
  const whole = join(folder, `.${run}`)
  writeFileSync(whole, `${text}\n`, { mode: 0o600 })
  renameSync(whole, join(folder, run))
}
