import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quoteLine, visible } from './source-line.ts'

describe('quoteLine', () => {
  it.each([
    ['plain text', 'port: ssh', { column: 7, length: 3 }, 'port: ssh', '      ^^^'],
    ['a tab', '\tport: ssh', { column: 8, length: 3 }, '  port: ssh', '        ^^^'],
    ['wide characters', '名: x', { column: 4, length: 1 }, '名: x', '    ^'],
    ['an accent written as a mark', 'e\u0301: x', { column: 5, length: 1 }, 'e\u0301: x', '   ^'],
    ['an emoji of two units', '🍓: x', { column: 5, length: 1 }, '🍓: x', '    ^'],
    ['the end of a line', 'nodes:', { column: 7, length: 0 }, 'nodes:', '      ^'],
  ])('puts the marker under the faulty part after %s', (_, line, place, text, marker) => {
    expect(quoteLine(line, place)).toEqual({ text, marker })
  })

  it('shows a long line in part, with the faulty part in it', () => {
    const line = `${'a'.repeat(300)}WRONG${'b'.repeat(300)}`
    const { text, marker } = quoteLine(line, { column: 301, length: 5 })
    expect(text.length).toBeLessThan(100)
    expect(text.slice(marker.indexOf('^'), marker.lastIndexOf('^') + 1)).toBe('WRONG')
  })

  it('never lets a control character through to the terminal, whatever the line and place', () => {
    const place = fc.record({ column: fc.integer({ min: 1, max: 300 }), length: fc.nat(300) })
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), place, (line, at) => {
        const { text, marker } = quoteLine(line, at)
        expect(text).not.toMatch(/\p{Cc}/u)
        expect(marker).toMatch(/^ *\^+$/)
      }),
    )
  })
})

describe('visible', () => {
  it('shows escape sequences, line ends and text that turns around instead of obeying them', () => {
    expect(visible('\u001b[31mred\n\u202eevil\u009b')).toBe('␛[31mred␊�evil�')
  })
})
