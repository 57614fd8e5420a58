import { expect, it } from 'vitest'
import { wrapped } from './columns.ts'

it.each([
  ['breaks between words', 'one two three', 7, 'one two\nthree'],
  ['leaves what fits', 'one two', 7, 'one two'],
  [
    'keeps empty lines and a word that is too long',
    'a\n\nhttps://example.net/x b',
    10,
    'a\n\nhttps://example.net/x\nb',
  ],
  ['breaks nothing where nobody looks', 'one two three', undefined, 'one two three'],
])('%s', (_, text, columns, expected) => {
  expect(wrapped(text, columns)).toBe(expected)
})
