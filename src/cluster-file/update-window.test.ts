import { describe, expect, it } from 'vitest'
import { isOpen } from './update-window.ts'

/** 2026-11-28 is a Saturday. */
const at = (day: number, time: string): Date => new Date(`2026-11-${day}T${time}:00`)

describe('a window for updates', () => {
  it.each([
    [28, '02:00', true],
    [28, '04:59', true],
    [28, '05:00', false],
    [28, '01:59', false],
    [29, '02:00', false],
  ])('is open from its beginning to before its end, on its days: %i at %s', (day, time, open) => {
    expect(isOpen({ days: ['sat'], from: '02:00', to: '05:00' }, at(day, time))).toBe(open)
  })

  it.each([
    [28, '23:00', true],
    [29, '00:30', true],
    [29, '01:00', false],
    [29, '23:30', false],
    [28, '00:30', false],
  ])('goes on over midnight into the day after: %i at %s', (day, time, open) => {
    expect(isOpen({ days: ['sat'], from: '23:00', to: '01:00' }, at(day, time))).toBe(open)
  })
})
