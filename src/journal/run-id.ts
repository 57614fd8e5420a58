/** Names of runs: sorted as text they are sorted by time, and two runs of one second differ. */
import { randomBytes } from 'node:crypto'

const FORM = /^\d{8}-\d{6}-[0-9a-f]{4}$/

/** A new name such as `20261123-160501-a1b2`: date and time in UTC, then chance. */
export function newRunId(now: Date, chance: Uint8Array = randomBytes(2)): string {
  const [date = '', time = ''] = now.toISOString().split('T')
  const digits = `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`
  return `${digits}-${Buffer.from(chance).toString('hex').slice(0, 4)}`
}

/** Whether a text has the form of a run's name; only such texts may become part of a path. */
export function isRunId(text: string): boolean {
  return FORM.test(text)
}
