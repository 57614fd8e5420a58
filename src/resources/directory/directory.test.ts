/** The kind `directory` keeps the contract of kinds. */
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { describeAsRoot } from '../../../test/contract/as-root.ts'
import { describeKind } from '../../../test/contract/kind.ts'
import { programOf, runProgram, type ProgramRun, type ShellName } from '../../../test/contract/program-run.ts'
import {
  age,
  changedIdentities,
  entryAt,
  makeRoot,
  place,
  removeRoot,
  snapshot,
  type Snapshot,
  type Tree,
} from '../../../test/contract/scratch-root.ts'
import { run } from '../../support/run.ts'
import { command } from '../command/command.ts'
import { file } from '../file/file.ts'
import { addressOf } from '../kind.ts'
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

/** What an engine that runs as this user has made. */
const ENGINE = [2, 2] as const

async function madeAndLeft(purge: boolean | string[], given: Tree = {}): Promise<string> {
  const root = await makeRoot(given)
  roots.push(root)
  const state = directory({ path: '/srv/state', mode: '700', owner: 'bin', group: 'bin', purge })
  const made = await runProgram(root, await programOf([state]), 'converge')
  expect(made.failed).toEqual(new Map())
  await place(root, '/srv/state/raft', { folder: true, owner: ENGINE })
  await place(root, '/srv/state/raft/raft.db', { text: 'log', owner: ENGINE })
  await place(root, '/srv/state/node-id', { text: 'id', owner: ENGINE })
  return root
}

function leaves(root: string, shell: ShellName = 'dash'): Promise<ProgramRun> {
  return programOf([], ['directory']).then((program) => runProgram(root, program, 'converge', { shell }))
}

describeAsRoot('a directory', () => {
  it('keeps what an engine made in a folder when the folder leaves', async () => {
    const root = await madeAndLeft(false)
    expect((await leaves(root)).removed).toEqual(['directory:/srv/state'])
    expect(await entryAt(root, '/srv/state/raft', null)).toEqual({ folder: true })
  })

  it.each([[true], [['raft', 'node-id']]])(
    'removes what an engine made in a folder with `purge`',
    async (purge) => {
      const root = await madeAndLeft(purge)
      await leaves(root)
      expect(await entryAt(root, '/srv/state', null)).toBeNull()
    },
  )

  const theirs: Tree = {
    '/srv/state/notes': { text: 'of root\n', mode: '604' },
    '/srv/state/raft/from a person': { text: 'of a person\n', owner: [1000, 1000] },
    '/srv/state/backup.snap': { text: 'made as the engine\n', owner: ENGINE },
    '/srv/state/.hidden/deep/one': { text: 'deep\n', owner: ENGINE },
    '/srv/state/link': { link: '/nowhere' },
  }

  it.each(['dash', 'busybox'] as const)(
    'purges nothing that somebody else keeps there (%s)',
    async (shell) => {
      const root = await madeAndLeft(['raft', 'node-id'])
      for (const [path, entry] of Object.entries(theirs)) await place(root, path, entry)
      const identities = await age(root, theirs)
      const removal = await leaves(root, shell)
      expect(removal.failed).toEqual(new Map())
      expect(await changedIdentities(root, identities)).toEqual([])
      for (const [path, entry] of Object.entries(theirs))
        expect(await entryAt(root, path, entry)).toEqual(entry)
      expect(await entryAt(root, '/srv/state/raft/raft.db', null)).toBeNull()
      expect(await entryAt(root, '/srv/state/node-id', null)).toBeNull()
      // The next account may get the number of the one that goes.
      expect(await entryAt(root, '/srv/state', { folder: true, owner: [0, 0] })).toEqual({
        folder: true,
        owner: [0, 0],
      })
    },
  )

  it('purges nothing that was there before it came, whosever it is', async () => {
    const before: Tree = {
      '/srv/state': { folder: true, mode: '755' },
      '/srv/state/raft/old': { text: 'of another cluster\n', owner: ENGINE },
      ...theirs,
    }
    const root = await makeRoot(before)
    roots.push(root)
    const identities = await age(root, before)
    const was = await snapshot(root, true, /^\/var\/lib|^\/srv$/)
    const state = directory({ path: '/srv/state', mode: '700', owner: 'bin', group: 'bin', purge: ['*'] })
    await runProgram(root, await programOf([state]), 'converge')
    await place(root, '/srv/state/node-id', { text: 'id', owner: ENGINE })
    await leaves(root)
    expect(await changedIdentities(root, identities)).toEqual([])
    const timeless = (lines: Snapshot) =>
      Object.fromEntries(
        Object.entries(lines).map(([path, line]) => [path, line.replace(/^(folder.*) \d+$/, '$1')]),
      )
    expect(timeless(await snapshot(root, true, /^\/var\/lib|^\/srv$/))).toEqual(timeless(was))
  })

  it('gives back a folder that was wanted to be absent, with all that was in it', async () => {
    const before: Tree = { '/srv/state': { folder: true, mode: '750', owner: [1, 1] }, ...theirs }
    const root = await makeRoot(before)
    roots.push(root)
    const identities = await age(root, before)
    const gone = directory({ path: '/srv/state', state: 'absent', purge: true })
    await runProgram(root, await programOf([gone]), 'converge')
    expect(await entryAt(root, '/srv/state', null)).toBeNull()
    await leaves(root)
    expect(await changedIdentities(root, identities)).toEqual([])
    for (const [path, entry] of Object.entries(before))
      expect(await entryAt(root, path, entry)).toEqual(entry)
  })

  it('notes what was there before a package changes it', async () => {
    const root = await makeRoot({ '/srv/state': { folder: true, mode: '755' }, '/srv/state/notes': 'mine' })
    roots.push(root)
    const chowns = command({
      name: 'as a package does',
      run: ['sh', '-c', 'chown 2:2 srv/state; chmod 700 srv/state'],
      unless: ['false'],
    })
    const state = directory({
      path: '/srv/state',
      mode: '700',
      owner: 'bin',
      group: 'bin',
      purge: ['raft'],
      needs: [addressOf(chowns)],
    })
    await runProgram(root, await programOf([chowns, state]), 'converge', { live: true })
    await runProgram(root, await programOf([], ['directory', 'command']), 'converge', { live: true })
    const like = { folder: true, mode: '755', owner: [0, 0] } as const
    expect(await entryAt(root, '/srv/state', like)).toEqual(like)
    expect(await entryAt(root, '/srv/state/notes', '')).toBe('mine')
  })

  it('does not purge a folder in which a file system is mounted', async () => {
    const root = await madeAndLeft(true)
    const mounted = join(root, 'srv/state/raft')
    expect((await run('mount', ['-t', 'tmpfs', 'scratch', mounted])).code).toBe(0)
    const removal = await leaves(root)
    expect((await run('umount', [mounted])).code).toBe(0)
    expect(removal.failed.get('directory:/srv/state')?.message).toBe(
      `a file system is mounted on ${mounted}; unmount it first`,
    )
    expect(await entryAt(root, '/srv/state/raft', null)).toEqual({ folder: true })
  })

  it('refuses to purge a folder of the root, and whatever root has put somewhere', () => {
    expect(() => directory({ path: '/var', owner: 'bin', purge: true })).toThrow(
      'a folder of the root cannot be purged',
    )
    expect(() => directory({ path: '/srv/state', purge: true })).toThrow(
      'name the entries that the engine makes',
    )
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
      '/srv/one is not empty; `purge` would set it aside with what is in it',
    )
    expect(await entryAt(root, '/srv/one/kept', '')).toBe('kept')
  })
})
