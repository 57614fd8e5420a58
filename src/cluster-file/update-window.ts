/** When a run of updates may begin with a node: `window` of the cluster file, and whether it is open. */
import { z } from 'zod'
import { text, type TextForm } from './forms.ts'

const TIME: TextForm = {
  pattern: /^([01]\d|2[0-3]):[0-5]\d$/,
  problem: 'is no time of day',
  fix: 'write a time such as 02:00',
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

/** The schema of `window`. */
export const updateWindowSchema = z
  .strictObject({
    days: z
      .array(z.enum(DAYS))
      .min(1)
      .default([...DAYS])
      .meta({ description: 'Days of the week on which it opens; every day when left out.' }),
    from: text(TIME).meta({ description: 'When it opens, by the clock of this computer, such as 02:00.' }),
    to: text(TIME).meta({
      description:
        'When it closes; up to `from`, that is on the next day. A node that was begun is finished.',
    }),
  })
  .meta({ description: 'When `bramble update` may begin with a node; at any time when left out.' })

/** What is written there. */
export type UpdateWindow = z.output<typeof updateWindowSchema>

/** Is it open at this moment, by the local clock? */
export function isOpen({ days, from, to }: UpdateWindow, now: Date): boolean {
  const time = `${String(now.getHours()).padStart(2, '0')}:${String(now.getMinutes()).padStart(2, '0')}`
  const opens = (day: number): boolean => days.includes(DAYS[(day + 7) % 7] ?? 'sun')
  const today = now.getDay()
  if (from < to) return opens(today) && time >= from && time < to
  return (opens(today) && time >= from) || (opens(today - 1) && time < to)
}
