import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonMistakeAt } from './json-mistake.ts'

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('the place at which a text stops being JSON', () => {
  it.each([
    ['{ "a": service }', 7],
    ['{"a": 1,}', 8],
    ['[1 2]', 3],
    ['{"a" 1}', 5],
    ['{} x', 3],
    ['{"a": [1, 2', 11],
    ['', 0],
    ['{"a": "\u0001"}', 6],
    ['[1}', 2],
  ])('of %j is %i', (text, at) => {
    expect(jsonMistakeAt(text)).toBe(at)
  })

  it('is nowhere where the reader of JSON finds none, and somewhere where it does', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '}', ']', '"', ':', '0', 'x'),
        (text, where, put) => {
          const at = where % (text.length + 1)
          const damaged = text.slice(0, at) + put + text.slice(at)
          expect(jsonMistakeAt(damaged) === undefined).toBe(isJson(damaged))
        },
      ),
    )
  })
})
