/** Proves that condensed shell text is the same program. */
import { describe, expect, it } from 'vitest'
import { condensed } from './condensed.ts'

describe('condensed shell text', () => {
  it('has no comments, blank lines and indentation', () => {
    expect(condensed('# head\n\nfunc() { # ARGUMENT: what it does\n  # why\n\tprintf x\n}\n')).toBe(
      'func() {\nprintf x\n}\n',
    )
  })

  it('keeps what only looks like a comment', () => {
    const text = "x=${1#\"# \"}\necho '() { # no comment'\ncase $x in '#'*) ;; esac\n"
    expect(condensed(text)).toBe(text)
  })
})
