/**
 * The kind `package` as far as it can be seen without an apt: what a check says of a package database. What it does
 * is tested on live nodes in `test/lab/kinds-live-package.test.ts` and `kinds-live-apt.test.ts`.
 */
import { createHash } from 'node:crypto'
import { statSync, utimesSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { describeAsRoot } from '../../../test/contract/as-root.ts'
import { HOSTILE_VALUES } from '../../../test/contract/hostile-values.ts'
import { processesOf } from '../../../test/contract/process-count.ts'
import { programOf, runProgram, type ProgramRun } from '../../../test/contract/program-run.ts'
import { makeRoot, removeRoot, snapshot, type Tree } from '../../../test/contract/scratch-root.ts'
import { file } from '../file/file.ts'
import type { Resource } from '../kind.ts'
import { debianPackage } from './package.ts'

const roots: string[] = []
afterEach(async () => {
  await Promise.all(roots.splice(0).map(removeRoot))
})

/** A root with a package database of these packages (dpkg(1), file `status`). */
async function rootWith(
  packages: readonly [name: string, status: string, version: string][],
  more: Tree = {},
): Promise<string> {
  const stanzas = packages.map(([name, status, version]) =>
    [
      `Package: ${name}`,
      `Status: ${status}`,
      'Architecture: all',
      'Maintainer: Nobody <nobody@example.net>',
      ...(version ? [`Version: ${version}`] : []),
      'Description: x',
      '',
    ].join('\n'),
  )
  const root = await makeRoot({
    '/var/lib/dpkg/status': `${stanzas.join('\n')}\n`,
    '/var/lib/dpkg/updates': { folder: true },
    ...more,
  })
  roots.push(root)
  return root
}

const reasons = ({ lines }: ProgramRun): string[] =>
  lines.filter(({ type }) => type === 'differs').map(({ fields }) => fields.slice(1).join(' '))

const INSTALLED = 'install ok installed'

describeAsRoot.each(['dash', 'busybox', 'bash --posix'] as const)('the kind package under %s', (shell) => {
  const check = async (root: string, ...resources: readonly Resource[]): Promise<string[]> => {
    const before = await snapshot(root, true)
    const result = await runProgram(root, await programOf(resources), 'check', {
      shell,
      tools: ['dpkg-query'],
    })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(await snapshot(root, true), 'a check changes nothing').toEqual(before)
    return reasons(result)
  }

  it('sees what is there and what is not', async () => {
    const root = await rootWith([
      ['g++', INSTALLED, '4:12.2.0-3'],
      ['libx.y-1', INSTALLED, '1'],
      ['rest', 'deinstall ok config-files', '2'],
    ])
    expect(await check(root, debianPackage({ name: 'g++' }), debianPackage({ name: 'libx.y-1' }))).toEqual([])
    expect(await check(root, debianPackage({ name: 'rest' }), debianPackage({ name: 'none' }))).toEqual([
      'create',
      'create',
    ])
    const absent = ['rest', 'none', 'g++'].map((name) => debianPackage({ name, state: 'absent' }))
    expect(await check(root, ...absent)).toEqual(['remove'])
  })

  it.each([
    ['1.2.3-1', []],
    ['1.2.*', []],
    ['*', []],
    ['1.2', ['update version 1.2.3-1 1.2']],
    ['1.3*', ['update version 1.2.3-1 1.3*']],
  ])('compares a version with %s', async (version, expected) => {
    const root = await rootWith([['tiny', INSTALLED, '1.2.3-1']])
    expect(await check(root, debianPackage({ name: 'tiny', version }))).toEqual(expected)
  })

  it('sees a package that was not finished', async () => {
    const root = await rootWith([['tiny', 'install ok half-configured', '1']])
    expect(await check(root, debianPackage({ name: 'tiny' }))).toEqual([
      'update status half-configured installed',
    ])
  })

  it('sees holds, and lets those of others be', async () => {
    const held: [string, string, string][] = [['tiny', 'hold ok installed', '1']]
    expect(await check(await rootWith(held), debianPackage({ name: 'tiny', hold: true }))).toEqual([])
    expect(await check(await rootWith(held), debianPackage({ name: 'tiny' }))).toEqual([])
    const ours = await rootWith(held, { '/var/lib/bramble/packages/held': 'tiny\n' })
    expect(await check(ours, debianPackage({ name: 'tiny' }))).toEqual(['update hold held free'])
    const free = await rootWith([['tiny', INSTALLED, '1']])
    expect(await check(free, debianPackage({ name: 'tiny', hold: true }))).toEqual(['update hold free held'])
  })

  it('sees that a program is not the one of its package, and reads it again only when it may have changed', async () => {
    const tiny = debianPackage({ name: 'tiny', program: '/usr/bin/tiny' })
    const md5 = createHash('md5').update('shipped').digest('hex')
    const noted = { '/var/lib/dpkg/info/tiny.md5sums': `${md5}  usr/bin/tiny\n` }
    const with_ = (text: string) =>
      rootWith([['tiny', INSTALLED, '1']], {
        ...noted,
        '/usr/bin/tiny': { text, mode: '755', owner: [0, 0] },
      })
    expect(await check(await with_('shipped'), tiny)).toEqual([])
    expect(await check(await with_('altered'), tiny)).toEqual([
      'update /usr/bin/tiny altered as its package has it',
    ])
    expect(await check(await rootWith([['tiny', INSTALLED, '1']], noted), tiny)).toEqual([
      'update /usr/bin/tiny altered as its package has it',
    ])
    const root = await with_('shipped')
    const other = file({ path: '/usr/bin/other', content: '' })
    // Whoever is looked at during an apply is known from then on, by times that nobody can set.
    await runProgram(root, await programOf([tiny, other]), 'converge', { shell, tools: ['dpkg-query'] })
    const before = statSync(`${root}/usr/bin/tiny`)
    await writeFile(`${root}/usr/bin/tiny`, 'altered')
    utimesSync(`${root}/usr/bin/tiny`, before.atime, before.mtime)
    expect(await check(root, tiny, other)).toEqual(['update /usr/bin/tiny altered as its package has it'])
  })

  it('sees the package of another architecture', async () => {
    const root = await rootWith([['tiny', INSTALLED, '1']])
    expect(await check(root, debianPackage({ name: 'tiny:all' }))).toEqual([])
    expect(await check(root, debianPackage({ name: 'tiny:armhf' }))).toEqual(['create'])
  })
})

describeAsRoot('the kind package', () => {
  it('starts as many processes for 500 resources as for 50', async () => {
    const root = await rootWith(Array.from({ length: 250 }, (_, index) => [`many-${index}`, INSTALLED, '1']))
    const many = (count: number): Resource[] =>
      Array.from({ length: count }, (_, index) => debianPackage({ name: `many-${index}` }))
    expect(await processesOf(root, await programOf(many(500)))).toBe(
      await processesOf(root, await programOf(many(50))),
    )
  })
})

describe('a package', () => {
  it('compiles to the same bytes each time', async () => {
    const one = async () => (await programOf([debianPackage({ name: 'tiny', version: '1' })])).text
    expect(await one()).toBe(await one())
  })

  it.each([...HOSTILE_VALUES, 'Tiny', 'tiny-', '-tiny', 'a b', 'tiny=1', 'tiny/stable'])(
    'takes %j for no name',
    (name) => {
      expect(() => debianPackage({ name })).toThrow('must be the name of a Debian package')
    },
  )

  it.each(HOSTILE_VALUES.filter((value) => value !== '*' && value !== '-n' && value !== '--help'))(
    'takes %j for no version',
    (version) => {
      expect(() => debianPackage({ name: 'tiny', version })).toThrow('must be a version')
    },
  )

  it('has no version and no hold when it is absent', () => {
    expect(() => debianPackage({ name: 'tiny', state: 'absent', hold: true })).toThrow(
      'neither a version nor a hold',
    )
  })
})
