/** What counts as supported where little is known; the rest of choosing is tried with real mirrors in src/programs/decide-versions.test.ts. */
import { expect, it } from 'vitest'
import { isSupported } from './support.ts'

it('takes any line of a product without dates, such as that of an own role, and of another only those that it has', () => {
  const products = { engine: { title: 'Engine', lines: [{ line: '1.1' }] as [{ line: string }] } }
  const dates = { date: '2026-11-01', source: 'a test', products }
  const counts = (product: string, line: string) => isSupported(dates, product, line, new Date('2026-11-29'))
  expect([counts('own', '1.0'), counts('engine', '1.1'), counts('engine', '1.0')]).toEqual([
    true,
    true,
    false,
  ])
})
