import { describe, expect, it } from 'vitest'
import { parseSchedule, scheduleText } from './schedule.ts'

const read = (text: string): string => {
  const schedule = parseSchedule(text)
  return typeof schedule === 'string' ? schedule : scheduleText(schedule)
}

describe('a schedule', () => {
  it.each([
    ['30 3 * * *', '30 3 * * *'],
    ['*/20 * * * *', '0,20,40 * * * *'],
    ['5/20 * * * *', '5,25,45 * * * *'],
    ['0 8-10 * * mon-fri', '0 8,9,10 * * 1,2,3,4,5'],
    ['0 0 * * 5-7', '0 0 * * 0,5,6'],
    ['0 0 1,15 jan,Jul *', '0 0 1,15 1,7 *'],
    ['0 0-6/3 * * *', '0 0,3,6 * * *'],
    ['@daily', '0 0 * * *'],
    ['0 0 29 2 *', '0 0 29 2 *'],
  ])('%s is %s', (text, expected) => {
    expect(read(text)).toBe(expected)
  })

  it.each([
    ['* * * *', 'has 4 of the five fields of a schedule'],
    ['*/10 * * * * *', 'has 6 of the five fields of a schedule'],
    ['60 * * * *', 'has no minute that there is: 60'],
    ['0 24 * * *', 'has no hour that there is: 24'],
    ['0 5-3 * * *', 'has no hour that there is: 5-3'],
    ['0 0 0 * *', 'has no day of the month that there is: 0'],
    ['0 0 * 13 *', 'has no month that there is: 13'],
    ['*/0 * * * *', 'has no minute that there is: */0'],
    ['0 0 1-2-3 * *', 'has no day of the month that there is: 1-2-3'],
    ['1, * * * *', 'has no minute that there is: 1,'],
    ['0 0 L * *', 'has no day of the month that there is: L'],
    ['0 0 30 2 *', 'names a day that never comes'],
    [
      '0 0 13 * fri',
      'names days of the month and of the week, which means either to some and both to others',
    ],
    ['@reboot', 'has 1 of the five fields of a schedule'],
  ])('%s is none', (text, expected) => {
    expect(read(text)).toBe(expected)
  })
})
