import { expect, it } from 'vitest'
import { lastLines } from './written.ts'

it('the last lines are whole ones', () => {
  expect(lastLines('', 5)).toEqual([])
  expect(lastLines('a\nb\nc\n', 2)).toEqual(['b', 'c'])
  expect(lastLines('a\n\nlast', 9)).toEqual(['a', '', 'last'])
})

it('a line whose beginning was cut off is left out', () => {
  const read = `${'x'.repeat(262_140)}\nb\nc`
  expect(Buffer.byteLength(read)).toBe(262_144)
  expect(lastLines(read, 9)).toEqual(['b', 'c'])
})
