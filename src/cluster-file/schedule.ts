/** When a service of a schedule is due: the five fields of cron, read so that every engine means the same by them. */

/** What a schedule says; the numbers are in order, and a field without a condition is left out. */
export interface Schedule {
  readonly minutes?: readonly number[]
  readonly hours?: readonly number[]
  readonly days?: readonly number[]
  readonly months?: readonly number[]
  /** 0 is Sunday. */
  readonly weekdays?: readonly number[]
}

interface Field {
  readonly key: keyof Schedule
  readonly what: string
  readonly least: number
  readonly most: number
  readonly names?: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** As cron counts them. */
export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

const FIELDS: readonly Field[] = [
  { key: 'minutes', what: 'minute', least: 0, most: 59 },
  { key: 'hours', what: 'hour', least: 0, most: 23 },
  { key: 'days', what: 'day of the month', least: 1, most: 31 },
  { key: 'months', what: 'month', least: 1, most: 12, names: MONTHS },
  { key: 'weekdays', what: 'day of the week', least: 0, most: 7, names: WEEKDAYS },
]

/** Days of the longest month of each number. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const SHORT: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
}

/** Reads `30 3 * * mon-fri`; a text is what is wrong with it, as the end of a sentence. */
export function parseSchedule(text: string): Schedule | string {
  const fields = (SHORT[text] ?? text).trim().split(/\s+/)
  if (fields.length !== FIELDS.length) return `has ${fields.length} of the five fields of a schedule`
  const schedule: Partial<Record<keyof Schedule, readonly number[]>> = {}
  for (const [index, field] of FIELDS.entries()) {
    const written = fields[index] ?? ''
    if (written === '*') continue
    const numbers = numbersIn(written.toLowerCase(), field)
    if (numbers === undefined) return `has no ${field.what} that there is: ${written}`
    schedule[field.key] = numbers
  }
  return unusual(schedule) ?? schedule
}

/** What one engine reads so and another otherwise, or what never comes. */
function unusual({ days, weekdays, months = [] }: Schedule): string | undefined {
  if (days !== undefined && weekdays !== undefined)
    return 'names days of the month and of the week, which means either to some and both to others'
  const longest = Math.max(0, ...months.map((month) => LONGEST[month - 1] ?? 0)) || 31
  return days?.every((day) => day > longest) ? 'names a day that never comes' : undefined
}

/** `*`, `5`, `1-5`, `0-30/10`, and lists of them; undefined for anything else. */
function numbersIn(written: string, field: Field): readonly number[] | undefined {
  const { least, most, key } = field
  const all = new Set<number>()
  for (const part of written.split(',')) {
    const [, range = '', step = '1'] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(part) ?? []
    const [from, to = part.includes('/') ? most : from] =
      range === '*'
        ? [least, key === 'weekdays' ? 6 : most]
        : range.split('-').map((end) => numberOf(end, field))
    if (from === undefined || to === undefined || from > to || range.split('-').length > 2) return undefined
    if (Number(step) < 1) return undefined
    for (let number = from; number <= to; number += Number(step))
      all.add(key === 'weekdays' ? number % 7 : number)
  }
  return [...all].toSorted((a, b) => a - b)
}

function numberOf(text: string, { least, most, names = [] }: Field): number | undefined {
  const named = names.indexOf(text)
  const number = named >= 0 ? named + (least === 1 ? 1 : 0) : /^\d{1,2}$/.test(text) ? Number(text) : NaN
  return number >= least && number <= most ? number : undefined
}

/** The same schedule as five fields of numbers, which every reader of cron takes. */
export function scheduleText(schedule: Schedule): string {
  return FIELDS.map(({ key }) => schedule[key]?.join(',') ?? '*').join(' ')
}
