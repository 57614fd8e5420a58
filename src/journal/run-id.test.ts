import { expect, it } from 'vitest'
import { isRunId, newRunId } from './run-id.ts'

it('names a run by its time in UTC', () => {
  const name = newRunId(new Date('2026-11-23T16:05:01.999Z'), new Uint8Array([0xa1, 0xb2]))
  expect(name).toBe('20261123-160501-a1b2')
})

it('sorts by time when sorted as text', () => {
  const times = [
    '2026-01-02T03:04:05Z',
    '2026-01-02T03:04:06Z',
    '2026-10-01T00:00:00Z',
    '2027-01-01T00:00:00Z',
  ]
  const names = times.map((time) => newRunId(new Date(time)))
  expect(names.toSorted()).toEqual(names)
})

it('knows its own names from paths', () => {
  expect(isRunId(newRunId(new Date()))).toBe(true)
  expect(isRunId('../20261123-160501-a1b2')).toBe(false)
})
