/**
 * Until when makers support the lines of their programs. The dates are kept in `support.json`, which `npm run support-dates` makes;
 * no date stands in the source, and none is asked for while Bramble works.
 */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { compareLines, isOfLine, lineOf } from './version.ts'

const day = z.string().regex(/^\d{4}-\d\d-\d\d$/)

const supportedLine = z.strictObject({
  line: z.string().regex(/^\d+(\.\d+)?$/),
  /** When its first version came out. */
  released: day.optional(),
  /** The first day without support; left out where the maker names none. */
  ends: day.optional(),
  /** It has ended, and nobody knows the day. */
  ended: z.literal(true).optional(),
  lts: z.literal(true).optional(),
  /** The newest version that was seen of it. */
  newest: z.string().optional(),
})

export const supportSchema = z.strictObject({
  /** The day that the dates were true on. */
  date: day,
  source: z.string(),
  /** Newest line first. */
  products: z.record(
    z.string(),
    z.strictObject({ title: z.string(), lines: z.array(supportedLine).nonempty() }),
  ),
})

/** The dates of all products. */
export type SupportDates = z.output<typeof supportSchema>

/** One line of a product. */
export type SupportedLine = z.output<typeof supportedLine>

/** How a version stands with its maker on a day. */
export type SupportState =
  | { readonly state: 'supported'; readonly line: string }
  | { readonly state: 'ends-soon'; readonly line: string; readonly ends: string; readonly days: number }
  | { readonly state: 'ended'; readonly line: string; readonly since?: string }
  /** Nothing is known of the product, or the line is newer than the dates. */
  | { readonly state: 'unknown' }

/** From here on the end of a line is worth a word. */
export const SOON_DAYS = 60

let kept: SupportDates | undefined

/** The dates that came with this Bramble. */
export function supportDates(): SupportDates {
  kept ??= supportSchema.parse(
    JSON.parse(readFileSync(new URL('../releases/support.json', import.meta.url), 'utf8')),
  )
  return kept
}

/** How a version of a product stands on a day. */
export function supportOf(dates: SupportDates, product: string, version: string, today: Date): SupportState {
  const lines = dates.products[product]?.lines ?? []
  const line = lines.find((one) => isOfLine(version, one.line))
  if (line !== undefined) return stateOf(line, today)
  const oldest = lines.map((one) => one.line).sort(compareLines)[0]
  if (oldest === undefined) return { state: 'unknown' }
  const own = lineOf(version, oldest)
  return compareLines(own, oldest) < 0 ? { state: 'ended', line: own } : { state: 'unknown' }
}

/** How a line stands on a day. */
export function stateOf({ line, ends, ended }: SupportedLine, today: Date): SupportState {
  if (ended === true) return { state: 'ended', line }
  if (ends === undefined) return { state: 'supported', line }
  const days = daysBetween(today, new Date(ends))
  if (days <= 0) return { state: 'ended', line, since: ends }
  return days <= SOON_DAYS ? { state: 'ends-soon', line, ends, days } : { state: 'supported', line }
}

/** Whether a maker still supports a line on a day. Of a product without any dates, such as that of an own role, no line is known to have ended. */
export function isSupported(dates: SupportDates, product: string, line: string, today: Date): boolean {
  const lines = dates.products[product]?.lines
  if (lines === undefined) return true
  const found = lines.find((one) => one.line === line)
  return found !== undefined && stateOf(found, today).state !== 'ended'
}

const MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1000

/** Days from one day to another, by the calendar (UTC). */
export function daysBetween(from: Date, to: Date): number {
  const dayOf = (date: Date): number => Math.floor(date.getTime() / MILLISECONDS_PER_DAY)
  return dayOf(to) - dayOf(from)
}
