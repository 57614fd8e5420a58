/**
 * Whose clock is wrong, when the computer and the nodes disagree. A certificate carries times: issued by a wrong clock it looks well until
 * somebody looks at it by a right one, and then nothing mends it but the right time.
 */
import { existsSync, readFileSync } from 'node:fs'
import { run } from '../../support/run.ts'

/** Beyond this nobody agrees any more; a session takes some seconds. */
export const TOLERATED_SECONDS = 60

/** The clock of a node, against that of this computer. */
export interface ClockReading {
  readonly node: string
  /** Seconds ahead of this computer; negative behind. */
  readonly seconds: number
  /** It has its time from a time server. */
  readonly hasSource: boolean
}

/** Who is wrong. */
export type ClockVerdict =
  | {
      readonly wrong: 'nodes'
      /** Empty when all agree. */
      readonly nodes: readonly ClockReading[]
    }
  | {
      readonly wrong: 'computer'
      /** Seconds that this computer is ahead of them; negative behind. */
      readonly seconds: number
      /** Nodes that agree with one another and not with this computer. */
      readonly nodes: readonly string[]
      /** None of them has a time source either, so it could be they who are wrong. */
      readonly isUnsure: boolean
    }

/**
 * Who has a time server decides, and where nobody has, the majority. `computerHasSource` counts for this computer. When both sides weigh
 * the same, this computer is doubted: it is the one that would issue.
 */
export function judgeClocks(readings: readonly ClockReading[], computerHasSource: boolean): ClockVerdict {
  const away = readings.filter(({ seconds }) => Math.abs(seconds) > TOLERATED_SECONDS)
  if (away.length === 0) return { wrong: 'nodes', nodes: [] }
  const sourced = readings.filter(({ hasSource }) => hasSource)
  const isSourced = sourced.length > 0 || computerHasSource
  const voters = isSourced ? sourced : readings
  const together = largestGroup(voters.filter((reading) => away.includes(reading)))
  const withUs = voters.length - voters.filter((reading) => away.includes(reading)).length
  const own = isSourced ? Number(computerHasSource) : 1
  if (together.length === 0 || together.length < withUs + own) return { wrong: 'nodes', nodes: away }
  const [middle] = together.map(({ seconds }) => seconds).toSorted((a, b) => a - b)
  return {
    wrong: 'computer',
    seconds: -(middle ?? 0),
    nodes: together.map(({ node }) => node),
    isUnsure: !isSourced,
  }
}

/** The most readings that lie within what is tolerated of one of them. */
function largestGroup(readings: readonly ClockReading[]): readonly ClockReading[] {
  const groups = readings.map((one) =>
    readings.filter(({ seconds }) => Math.abs(seconds - one.seconds) <= TOLERATED_SECONDS),
  )
  return groups.reduce((best, group) => (group.length > best.length ? group : best), [])
}

/** Whether this computer has its time from a time server: then what it says of the nodes is so. Unknown counts as no. */
export async function hasTimeSource(): Promise<boolean> {
  if (!isKernelTime(Date.now() / 1000)) return false
  // Written by systemd-timesyncd (systemd-timesyncd.service(8)); others tell the kernel, which timedatectl(1) asks.
  if (existsSync('/run/systemd/timesync/synchronized')) return true
  const asked = await run('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
    timeoutSeconds: 5,
  })
  return asked.code === 0 && asked.stdout.toString().trim() === 'yes'
}

/** Whether our clock is the kernel's, of which alone a time server's word is true (proc_stat(5), `btime`). */
function isKernelTime(now: number): boolean {
  try {
    const started = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]
    const uptime = readFileSync('/proc/uptime', 'utf8').split(' ')[0]
    return Math.abs(Number(started) + Number(uptime) - now) <= TOLERATED_SECONDS
  } catch {
    return true
  }
}
