import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatMemory, parseMemory } from './memory.ts'

describe('parseMemory', () => {
  it.each([
    ['512MiB', 512 * 1024 ** 2],
    ['1GiB', 1024 ** 3],
    ['1.5 GiB', 1.5 * 1024 ** 3],
    ['4GB', 4 * 1024 ** 3],
    ['1G', 1024 ** 3],
    ['262144KiB', 256 * 1024 ** 2],
  ])('reads %s', (text, bytes) => {
    expect(parseMemory(text)).toBe(bytes)
  })

  it.each(['', '1024', '1gib', 'GiB', '-1GiB', '1GiBs', '1e3MiB', '>=1GiB'])('does not read "%s"', (text) => {
    expect(parseMemory(text)).toBeUndefined()
  })
})

describe('formatMemory', () => {
  it('writes every whole number of MiB up to 16 GiB so that it reads back within a hundredth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 16_384 }), (mib) => {
        const bytes = mib * 1024 ** 2
        const back = parseMemory(formatMemory(bytes)) ?? 0
        expect(Math.abs(back - bytes)).toBeLessThanOrEqual(bytes / 100)
      }),
    )
  })

  it.each([
    [1024 ** 3, '1GiB'],
    [512 * 1024 ** 2, '512MiB'],
    [1536 * 1024 ** 2, '1.5GiB'],
    [2048, '2KiB'],
  ])('writes %i bytes as %s', (bytes, text) => {
    expect(formatMemory(bytes)).toBe(text)
  })
})
