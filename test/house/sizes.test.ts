/** Files fit in a head. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { ownFiles } from './own-files.ts'

const MOST_LINES = 350

it('has no file of more than 350 lines', () => {
  const code = ownFiles().filter((path) => /\.(ts|sh)$/.test(path))
  const lengths = code.map((path) => ({ path, lines: readFileSync(path, 'utf8').split('\n').length - 1 }))
  expect(code.length).toBeGreaterThan(100)
  expect(lengths.filter(({ lines }) => lines > MOST_LINES)).toEqual([])
})

it('opens every file of the product with a sentence that says what it is for', () => {
  const silent = ownFiles()
    .filter((path) => path.startsWith('src/') && path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .filter((path) => !/^(#!.*\n)?\/\*\*( |\n \* )\S/.test(readFileSync(path, 'utf8')))
  expect(silent).toEqual([])
})
