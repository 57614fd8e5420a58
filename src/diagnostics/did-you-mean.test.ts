import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { didYouMean } from './did-you-mean.ts'

describe('didYouMean', () => {
  it.each([
    ['a missing letter', 'adress', 'address'],
    ['two letters the wrong way round', 'addrses', 'address'],
    ['another case', 'ADDRESS', 'address'],
    ['a beginning', 'arch', 'architecture'],
    ['a superfluous hyphen', 'pi-4', 'pi4'],
  ])('proposes the key behind %s', (_, typed, meant) => {
    expect(didYouMean(typed, ['serial', 'address', 'architecture', 'pi4'])).toBe(meant)
  })

  it.each([
    ['nothing is near', 'colour'],
    ['the word is too short to tell', 'x'],
    ['two candidates begin alike', 'cons'],
  ])('proposes nothing when %s', (_, typed) => {
    expect(didYouMean(typed, ['via', 'consul-server', 'consul-client'])).toBeUndefined()
  })

  it('takes the nearest candidate, and of two equally near ones the first', () => {
    expect(didYouMean('consul-sever', ['consul-serve', 'consul-server', 'consul-severe'])).toBe(
      'consul-server',
    )
    expect(didYouMean('consul-servr', ['consul-sever', 'consul-server'])).toBe('consul-server')
  })

  it('finds every word again in which one letter was changed', () => {
    const word = fc.stringMatching(/^[a-z]{5,20}$/)
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom('_', ''), (name, at, letter) => {
        const index = at % name.length
        expect(didYouMean(name.slice(0, index) + letter + name.slice(index + 1), [name])).toBe(name)
      }),
    )
  })
})
