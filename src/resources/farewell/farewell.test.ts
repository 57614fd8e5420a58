/** The kind `farewell` keeps the contract of kinds. */
import { afterEach, expect, it } from 'vitest'
import { describeAsRoot } from '../../../test/contract/as-root.ts'
import { describeKind } from '../../../test/contract/kind.ts'
import { programOf, runProgram } from '../../../test/contract/program-run.ts'
import { entryAt, makeRoot, removeRoot } from '../../../test/contract/scratch-root.ts'
import { farewell } from './farewell.ts'

describeKind({
  kind: 'farewell',
  live: true,
  cases: [
    {
      title: 'does nothing before it leaves',
      given: { '/srv/seat': 'taken' },
      resources: [farewell({ name: 'say goodbye', run: ['true'], onlyIf: '/srv/seat' })],
      expected: { '/srv/seat': 'taken' },
    },
  ],
  many: (count) =>
    Array.from({ length: count }, (_, index) =>
      farewell({ name: `goodbye ${index}`, run: ['rm', '-f', `srv/${index}`], onlyIf: `/srv/${index}` }),
    ),
})

const roots: string[] = []
afterEach(async () => {
  await Promise.all(roots.splice(0).map(removeRoot))
})

describeAsRoot('a farewell', () => {
  const words = ["it's", 'two\nlines\n', '\\t$HOME', '']
  const run = ['sh', '-c', 'for word; do printf "<%s>" "$word"; done >>srv/said', 'sh', ...words]
  const said = words.map((word) => `<${word}>`).join('')

  /** What was said after the resource came and left. */
  async function leaving(given: Readonly<Record<string, string>>, onlyIf?: string) {
    const root = await makeRoot({ '/srv/any': '', ...given })
    roots.push(root)
    const made = farewell({ name: 'go', run, ...(onlyIf !== undefined && { onlyIf }) })
    await runProgram(root, await programOf([made]), 'converge', { live: true })
    expect(await entryAt(root, '/srv/said', null)).toBe(null)
    const removal = await runProgram(root, await programOf([], ['farewell']), 'converge', { live: true })
    expect(removal.removed).toEqual(['farewell:go'])
    await runProgram(root, await programOf([], ['farewell']), 'converge', { live: true })
    return entryAt(root, '/srv/said', '')
  }

  it('is said once, with exactly the words that were given', async () => {
    expect(await leaving({})).toBe(said)
    expect(await leaving({ '/srv/seat': '' }, '/srv/seat')).toBe(said)
  })

  it('is not said when there is nothing left to leave', async () => {
    expect(await leaving({}, '/srv/seat')).toBe(null)
  })

  it('fails with what the program said, and is said again by the next run', async () => {
    const root = await makeRoot({})
    roots.push(root)
    const broken = farewell({ name: 'go', run: ['sh', '-c', 'test -e srv/way || { echo no way; exit 3; }'] })
    await runProgram(root, await programOf([broken]), 'converge', { live: true })
    const first = await runProgram(root, await programOf([], ['farewell']), 'converge', { live: true })
    expect(first.removed).toEqual([])
    expect(first.failed.get('farewell:go')?.output).toBe('no way')
  })
})
