/** Tells a recorded process from a later one that got the same number. */
import { readFileSync } from 'node:fs'

/** A process by its number and start time (in clock ticks since boot, field 22 of proc(5)'s stat). */
export interface RecordedProcess {
  readonly pid: number
  readonly start: string
}

/** The start time of a process, or `undefined` when there is none or it only waits to be reaped. */
export function startOf(pid: number): string | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).start
  } catch {
    return undefined
  }
}

/** State, parent and start time out of a line of `/proc/PID/stat`; a name with blanks and brackets does not mislead it. */
export function parseStat(stat: string): { parent: number; start: string | undefined } {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .trim()
    .split(' ')
  const gone = fields[0] === 'Z' || fields[0] === 'X'
  return { parent: Number(fields[1]), start: gone ? undefined : fields[19] }
}

/** Reads a record `PID START` from a file; `undefined` when the file is missing or that process has ended. */
export function readRunning(file: string): RecordedProcess | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
  const [pid, start] = text.trim().split(' ')
  if (pid === undefined || start === undefined || startOf(Number(pid)) !== start) return undefined
  return { pid: Number(pid), start }
}

/** Sends SIGKILL, unless the process has ended meanwhile. */
export function killProcess(process_: RecordedProcess): void {
  if (startOf(process_.pid) !== process_.start) return
  try {
    process.kill(process_.pid, 'SIGKILL')
  } catch {
    // It ended between the look and the shot.
  }
}
