/** The kind `package-database` as far as a check tells; what it mends is tried on real nodes in `test/lanes/updates/cut-run.test.ts`. */
import { afterEach, expect, it } from 'vitest'
import { describeAsRoot } from '../../../test/contract/as-root.ts'
import { programOf, runProgram } from '../../../test/contract/program-run.ts'
import { makeRoot, removeRoot, snapshot, type Tree } from '../../../test/contract/scratch-root.ts'
import { packageDatabase } from './package-database.ts'

const roots: string[] = []
afterEach(async () => {
  await Promise.all(roots.splice(0).map(removeRoot))
})

async function made(tree: Tree): Promise<string> {
  const root = await makeRoot(tree)
  roots.push(root)
  return root
}

/** A root with packages in these states (dpkg(1), file `status`), each with a list of files. */
async function rootWith(states: Readonly<Record<string, string>>, more: Tree = {}): Promise<string> {
  const stanzas = Object.entries(states).map(
    ([name, state]) =>
      `Package: ${name}\nStatus: install ok ${state}\nArchitecture: all\nMaintainer: N <n@example.net>\nVersion: 1\nDescription: x\n`,
  )
  return made({
    '/var/lib/dpkg/status': `${stanzas.join('\n')}\n`,
    '/var/lib/dpkg/updates': { folder: true },
    ...Object.fromEntries(Object.keys(states).map((name) => [`/var/lib/dpkg/info/${name}.list`, '/.\n'])),
    ...more,
  })
}

describeAsRoot.each(['dash', 'busybox', 'bash --posix'] as const)(
  'the kind package-database under %s',
  (shell) => {
    const check = async (root: string): Promise<string[]> => {
      const before = await snapshot(root, true)
      const result = await runProgram(root, await programOf([packageDatabase({})]), 'check', {
        shell,
        tools: ['dpkg-query'],
      })
      expect(result).toMatchObject({ code: 0, stderr: '' })
      expect(await snapshot(root, true), 'a check changes nothing').toEqual(before)
      return result.lines
        .filter(({ type }) => type === 'differs')
        .map(({ fields }) => fields.slice(1).join(' '))
    }

    it('finds nothing where all is well', async () => {
      expect(await check(await rootWith({ tiny: 'installed', rest: 'config-files' }))).toEqual([])
      expect(await check(await made({}))).toEqual([])
    })

    it('names the packages of a run that was cut off', async () => {
      const root = await rootWith({ tiny: 'half-configured', other: 'unpacked', third: 'installed' })
      expect(await check(root)).toEqual(['update interrupted package run other tiny finished'])
    })

    it.each([
      ['an empty list of files', { '/var/lib/dpkg/info/tiny.list': '' }],
      ['a list of files that ends in the middle', { '/var/lib/dpkg/info/tiny.list': '/.\n/us' }],
      ['a list of files of zeros', { '/var/lib/dpkg/info/tiny.list': '\0\0\0\0' }],
      ['an empty script', { '/var/lib/dpkg/info/tiny.postinst': '' }],
    ])('names a package with %s', async (_, more) => {
      expect(await check(await rootWith({ tiny: 'installed', other: 'installed' }, more))).toEqual([
        'update lost files of dpkg tiny installed again',
      ])
    })

    it('names a package whose list of files is gone', async () => {
      const root = await rootWith({ tiny: 'installed' })
      await removeRoot(`${root}/var/lib/dpkg/info/tiny.list`)
      expect(await check(root)).toEqual(['update lost files of dpkg tiny installed again'])
    })

    it('says that the database is empty, and does not take it for one without packages', async () => {
      const root = await rootWith({ tiny: 'installed' }, { '/var/lib/dpkg/status': '' })
      expect(await check(root)).toEqual(['update database no package the copy that dpkg has of it'])
    })
  },
)
