/** The kind `directory` keeps the contract of kinds. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { describeAsRoot } from '../../../test/contract/as-root.ts'
import { describeKind } from '../../../test/contract/kind.ts'
import { programOf, runProgram } from '../../../test/contract/program-run.ts'
import { entryAt, makeRoot, removeRoot } from '../../../test/contract/scratch-root.ts'
import { run } from '../../support/run.ts'
import { file } from '../file/file.ts'
import { directory } from './directory.ts'

/** A value as the name of a folder: names hold no slash and no control character. */
const nameOf = (value: string): string => `/srv/${value.replace(/[/\p{Cc}]/gu, '_')}`

describeKind({
  kind: 'directory',
  cases: [
    {
      title: 'makes a folder with its mode',
      resources: [directory({ path: '/srv/one', mode: '750', group: 'daemon' })],
      expected: { '/srv/one': { folder: true, mode: '750', owner: [0, 1] } },
    },
    {
      title: 'makes folders before the folders and files in them, in whatever order they are declared',
      resources: [
        file({ path: '/srv/a/b/c', content: 'c' }),
        directory({ path: '/srv/a/b' }),
        directory({ path: '/srv/a', mode: '2775' }),
      ],
      expected: { '/srv/a': { folder: true, mode: '2775' }, '/srv/a/b': { folder: true }, '/srv/a/b/c': 'c' },
    },
    {
      title: 'sets mode and owner of a folder that is there and keeps its content',
      given: { '/srv/one': { folder: true, mode: '700', owner: [1, 1] }, '/srv/one/kept': 'kept' },
      resources: [directory({ path: '/srv/one', mode: '3775', group: 'daemon' })],
      expected: { '/srv/one': { folder: true, mode: '3775', owner: [0, 1] }, '/srv/one/kept': 'kept' },
    },
    {
      title: 'takes a link to a folder for the folder',
      given: { '/srv/disk': { folder: true, mode: '700' }, '/srv/one': { link: 'disk' } },
      resources: [directory({ path: '/srv/one', mode: '755' })],
      expected: { '/srv/disk': { folder: true, mode: '755' }, '/srv/one': { link: 'disk' } },
    },
    {
      title: 'leaves a folder that is as wanted',
      given: { '/srv/one': { folder: true, mode: '755' } },
      resources: [directory({ path: '/srv/one' })],
      expected: { '/srv/one': { folder: true, mode: '755' } },
      unchanged: ['directory:/srv/one'],
    },
    {
      title: 'removes an empty folder that is wanted to be absent',
      given: { '/srv/one': { folder: true, mode: '711', owner: [1, 1] } },
      resources: [directory({ path: '/srv/one', state: 'absent' })],
      expected: { '/srv/one': null },
    },
  ],
  hostile: {
    resources: (value) => [directory({ path: nameOf(value) })],
    read: async (root, value) => ((await entryAt(root, nameOf(value), null)) ? value : undefined),
  },
  absent: {
    present: [directory({ path: '/srv/one' }), file({ path: '/srv/one/inside', content: 'inside' })],
    absent: [directory({ path: '/srv/one', state: 'absent', purge: true })],
  },
  failing: {
    given: { '/srv/one': 'a file\n' },
    resources: [directory({ path: '/srv/one' })],
    message: /^\/srv\/one is there and is no folder; move it away first$/,
  },
  many: (count) => Array.from({ length: count }, (_, index) => directory({ path: `/srv/folder-${index}` })),
})

const roots: string[] = []
afterEach(async () => {
  await Promise.all(roots.splice(0).map(removeRoot))
})

async function madeAndLeft(purge: boolean): Promise<string> {
  const root = await makeRoot()
  roots.push(root)
  await runProgram(root, await programOf([directory({ path: '/srv/state', purge })]), 'converge')
  await mkdir(join(root, 'srv/state/raft'))
  return root
}

describeAsRoot('a directory', () => {
  it('keeps what an engine made in a folder when the folder leaves', async () => {
    const root = await madeAndLeft(false)
    const removal = await runProgram(root, await programOf([], ['directory']), 'converge')
    expect(removal.removed).toEqual(['directory:/srv/state'])
    expect(await entryAt(root, '/srv/state/raft', null)).toEqual({ folder: true })
  })

  it('removes what an engine made in a folder with `purge`', async () => {
    const root = await madeAndLeft(true)
    await runProgram(root, await programOf([], ['directory']), 'converge')
    expect(await entryAt(root, '/srv/state', null)).toBeNull()
  })

  it('does not purge a folder in which a file system is mounted', async () => {
    const root = await madeAndLeft(true)
    const mounted = join(root, 'srv/state/raft')
    expect((await run('mount', ['-t', 'tmpfs', 'scratch', mounted])).code).toBe(0)
    const removal = await runProgram(root, await programOf([], ['directory']), 'converge')
    expect((await run('umount', [mounted])).code).toBe(0)
    expect(removal.failed.get('directory:/srv/state')?.message).toBe(
      `a file system is mounted on ${mounted}; unmount it first`,
    )
    expect(await entryAt(root, '/srv/state/raft', null)).toEqual({ folder: true })
  })

  it('refuses to purge a folder of the root', () => {
    expect(() => directory({ path: '/var', purge: true })).toThrow('a folder of the root cannot be purged')
  })

  it('says that a folder is not empty instead of removing what is in it', async () => {
    const root = await makeRoot({ '/srv/one/kept': 'kept' })
    roots.push(root)
    const result = await runProgram(
      root,
      await programOf([directory({ path: '/srv/one', state: 'absent' })]),
      'converge',
    )
    expect(result.failed.get('directory:/srv/one')?.message).toBe(
      '/srv/one is not empty; `purge` would remove what is in it',
    )
    expect(await entryAt(root, '/srv/one/kept', '')).toBe('kept')
  })
})
