import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { VERBS } from '../../src/cli/verbs.ts'
import { manPage } from '../../scripts/reference/man-page.ts'

const page = await manPage()

const FORMATTERS: readonly (readonly [string, readonly string[]])[] = [
  ['mandoc', ['-T', 'lint', '-W', 'error']],
  ['groff', ['-man', '-Tascii', '-ww', '-z']],
]

describe('the manual page', () => {
  it('has every command, and the package brings it', () => {
    for (const { name } of VERBS) expect(page).toContain(`.SS bramble ${name.replaceAll('-', '\\-')} `)
    const { man } = JSON.parse(readFileSync('package.json', 'utf8')) as { man: string }
    expect(readFileSync(man, 'utf8')).toBe(page)
  })

  it('has no line that a formatter takes for a request and does not know', () => {
    const known = /^\.(?:TH|SH|SS|TP|PP|RS|RE|EX|EE|B|I|BR|\\")(?: |$)/
    const requests = page.split('\n').filter((line) => /^[.']/.test(line))
    expect(requests.filter((line) => !known.test(line))).toEqual([])
    // A hyphen that is none would be typeset as one that no shell knows.
    expect(page.split('\n').filter((line) => !line.startsWith('.\\"') && /(?<!\\)-/.test(line))).toEqual([])
  })

  for (const [name, words] of FORMATTERS) {
    const isThere = spawnSync(name, ['--version']).error === undefined
    if (!isThere) console.log(`skipped, ${name} is not installed: the manual page is not formatted by it`)
    it.skipIf(!isThere)(`is understood by ${name}`, () => {
      const { stdout, stderr, status } = spawnSync(name, words, { input: page, encoding: 'utf8' })
      expect([status, `${stdout}${stderr}`]).toEqual([0, ''])
    })
  }
})
