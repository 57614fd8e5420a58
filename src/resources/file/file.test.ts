/** The kind `file` keeps the contract of kinds. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeAsRoot } from '../../../test/contract/as-root.ts'
import { describeKind } from '../../../test/contract/kind.ts'
import { programOf, runProgram } from '../../../test/contract/program-run.ts'
import { entryAt, makeRoot, removeRoot } from '../../../test/contract/scratch-root.ts'
import { file } from './file.ts'

/** A value as the name of a file: names hold no slash and no control character. */
const nameOf = (value: string): string => `/srv/${value.replace(/[/\p{Cc}]/gu, '_')}`

describeKind({
  kind: 'file',
  cases: [
    {
      title: 'writes a file with its mode',
      resources: [file({ path: '/etc/motd', content: 'hello\n', mode: '640' })],
      expected: { '/etc/motd': { text: 'hello\n', mode: '640', owner: [0, 0] } },
    },
    {
      title: 'replaces content, mode and owner of a file that is there',
      given: { '/etc/motd': { text: 'old\n', mode: '600', owner: [1, 1] } },
      resources: [file({ path: '/etc/motd', content: 'new\n', owner: 'daemon', group: 'root' })],
      expected: { '/etc/motd': { text: 'new\n', mode: '644', owner: [1, 0] } },
    },
    {
      title: 'replaces a symbolic link by a file and leaves what the link points to',
      given: { '/etc/real': 'real\n', '/etc/motd': { link: 'real' } },
      resources: [file({ path: '/etc/motd', content: 'new\n' })],
      expected: { '/etc/motd': 'new\n', '/etc/real': 'real\n' },
    },
    {
      title: 'replaces a symbolic link to a folder and leaves the folder',
      given: { '/srv/folder/inside': 'inside\n', '/etc/motd': { link: '../srv/folder' } },
      resources: [file({ path: '/etc/motd', content: 'new\n' })],
      expected: { '/etc/motd': 'new\n', '/srv/folder/inside': 'inside\n', '/srv/folder/.motd.bramble': null },
    },
    {
      title: 'puts back a link whose target holds a tab and a line end',
      given: {
        '/etc/motd': { link: 'odd\t\\target\nabcdef\tfile\t/etc/other\tabsent' },
        '/etc/other': 'other\n',
      },
      resources: [file({ path: '/etc/motd', content: 'new\n' })],
      expected: { '/etc/motd': 'new\n', '/etc/other': 'other\n' },
    },
    {
      title: 'touches only what is not as wanted',
      given: { '/etc/one': 'one\n', '/etc/two': 'old\n' },
      resources: [file({ path: '/etc/one', content: 'one\n' }), file({ path: '/etc/two', content: 'two\n' })],
      expected: { '/etc/one': 'one\n', '/etc/two': 'two\n' },
      unchanged: ['file:/etc/one'],
    },
    {
      title: 'removes a file that is wanted to be absent',
      given: { '/etc/motd': { text: 'old\n', mode: '600' } },
      resources: [file({ path: '/etc/motd', state: 'absent' })],
      expected: { '/etc/motd': null },
    },
  ],
  hostile: {
    resources: (value) => [file({ path: nameOf(value), content: value })],
    read: (root, value) => readFile(join(root, nameOf(value)), 'utf8'),
  },
  absent: {
    given: { '/etc/other': 'other\n' },
    present: [file({ path: '/etc/motd', content: 'hello\n' })],
    absent: [file({ path: '/etc/motd', state: 'absent' })],
  },
  failing: {
    given: { '/srv/taken': { folder: true } },
    resources: [file({ path: '/srv/taken', content: 'x' })],
    message: /^\/srv\/taken is a folder; move it away first$/,
  },
  many: (count) =>
    Array.from({ length: count }, (_, index) =>
      file({ path: `/etc/file-${index}`, content: `content ${index}\n` }),
    ),
})

describeAsRoot('a file with a checker', () => {
  it.each(['dash', 'busybox'] as const)('goes live only when the checker takes it (%s)', async (shell) => {
    const root = await makeRoot()
    const validate = ['grep', '-q', 'good', '{}']
    const written = async (content: string) =>
      runProgram(root, await programOf([file({ path: '/srv/motd', content, validate })]), 'converge', {
        shell,
        live: true,
      })
    try {
      expect((await written('good\n')).changed).toEqual(['file:/srv/motd'])
      const refused = await written('bad\n')
      expect(refused.failed.get('file:/srv/motd')?.message).toBe(
        'grep refuses the new content; nothing was changed',
      )
      expect(await entryAt(root, '/srv/motd', '')).toBe('good\n')
    } finally {
      await removeRoot(root)
    }
  })
})
