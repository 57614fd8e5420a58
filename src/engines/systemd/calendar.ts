/** A schedule as systemd reads it (systemd.time(7), "Calendar Events"). */
import { WEEKDAYS, parseSchedule } from '../../cluster-file/schedule.ts'
import type { ServiceSchedule } from '../../topology/service.ts'

/** `Mon,Fri *-*-* 03:30:00 Europe/Lisbon` */
export function calendarOf({ cron, timeZone }: Pick<ServiceSchedule, 'cron' | 'timeZone'>): string {
  const schedule = parseSchedule(cron)
  if (typeof schedule === 'string') throw new Error(`the schedule ${cron} ${schedule}`)
  const { minutes, hours, days, months, weekdays } = schedule
  const list = (numbers: readonly number[] | undefined): string =>
    numbers?.map((number) => String(number).padStart(2, '0')).join(',') ?? '*'
  const names = weekdays?.map(
    (day) => `${WEEKDAYS[day]?.slice(0, 1).toUpperCase()}${WEEKDAYS[day]?.slice(1)}`,
  )
  const on = names === undefined ? '' : `${names.join(',')} `
  return `${on}*-${list(months)}-${list(days)} ${list(hours)}:${list(minutes)}:00 ${timeZone}`
}
