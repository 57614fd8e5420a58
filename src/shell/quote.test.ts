import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandLine, quote } from './quote.ts'

const SHELLS: readonly (readonly [string, ...string[]])[] = [['dash'], ['busybox', 'sh'], ['bash', '--posix']]

/** Any text that an argument of a program can hold: no NUL, and no half of a surrogate pair, which UTF-8 cannot write. */
const argument = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom("'", '"', '\\', '$', '`', '\n', '*', '#', '!', '-', ' ', 'ß', '~') }),
  )
  .map((text) => text.replaceAll('\0', ''))

describe('quote', () => {
  it.each(SHELLS)('lets any string survive %s byte for byte', (program, ...args) => {
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1, maxLength: 60 }), (words) => {
        const script = `printf '%s\\036' ${commandLine(words)}`
        const out = execFileSync(program, [...args, '-c', script]).toString()
        expect(out).toBe(words.map((word) => `${word}\u001e`).join(''))
      }),
      { numRuns: 30 },
    )
  })

  it('leaves plain words readable', () => {
    expect(commandLine(['systemctl', 'restart', 'consul.service'])).toBe('systemctl restart consul.service')
  })

  it('refuses a NUL character, which no argument can hold', () => {
    expect(() => quote('a\0b')).toThrow(/NUL/)
  })
})
