import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { visible, visibleLine } from './visible.ts'

describe('text of a node', () => {
  it('cannot move the cursor, clear the screen or change the order of what is read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // eslint-disable-next-line no-control-regex
        expect(visibleLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
        // eslint-disable-next-line no-control-regex
        expect(visible(text).replace(/[\n\t]/g, '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/)
      }),
    )
  })

  it('shows what was in it, and keeps every other character', () => {
    expect(visible('one\r\n\ttwo\u001b[31m\u007f é 日本 😀')).toBe(
      'one\u240d\n\ttwo\u241b[31m\u2421 é 日本 😀',
    )
    expect(visibleLine('a\tb\nc')).toBe('a\u2409b\u240ac')
  })
})
