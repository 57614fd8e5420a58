/** The reference says what the code does. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { referencePages } from '../../scripts/reference/pages.ts'

const pages = await referencePages()

it.each([...pages])('%s is up to date (npm run reference)', (path, text) => {
  expect(existsSync(path), `${path} is missing`).toBe(true)
  expect(readFileSync(path, 'utf8')).toBe(text)
})

it('holds no page that nobody generates', () => {
  const there = readdirSync('docs/reference').map((name) => `docs/reference/${name}`)
  expect(there.filter((path) => !pages.has(path))).toEqual([])
})

it('describes every option, argument and key', () => {
  const emptyCells = [...pages].flatMap(([path, text]) =>
    text
      .split('\n')
      .filter((line) => /^\| `.*\| *\|$/.test(line) && !path.endsWith('events.md'))
      .map((line) => `${path}: ${line}`),
  )
  expect(emptyCells).toEqual([])
})
