/** The kind `timezone`: the time zone of the system. */
import { z } from 'zod'
import { defineKind } from '../kind.ts'

/** A name of the IANA time zone database, which is a path below /usr/share/zoneinfo (tzfile(5)). */
export const zoneName = z
  .string()
  .regex(/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+){0,2}$/, 'must be a time zone such as Europe/Lisbon or UTC')

const timezoneOptions = z
  .object({ zone: zoneName.describe('Name of the time zone, such as Europe/Lisbon or UTC.') })
  .strict()

/** What timezone takes. */
export type TimezoneOptions = z.input<typeof timezoneOptions>

/**
 * The time zone: the link /etc/localtime, and /etc/timezone where the system has that file. One for each node.
 *
 * @example
 * timezone({ zone: 'Europe/Lisbon' })
 */
export const timezone = defineKind<TimezoneOptions>({
  name: 'timezone',
  summary: 'The time zone of the system.',
  stage: 11,
  converges: 'each',
  options: timezoneOptions,
  resource: (given) => ({
    name: '/etc/localtime',
    row: [timezoneOptions.parse(given).zone],
    after: ['package:tzdata', 'package:tzdata-legacy'],
  }),
})

export default timezone.kind
