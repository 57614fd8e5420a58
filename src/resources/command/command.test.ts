/** The kind `command` keeps the contract of kinds. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { describeAsRoot } from '../../../test/contract/as-root.ts'
import { describeKind } from '../../../test/contract/kind.ts'
import { programOf, runProgram } from '../../../test/contract/program-run.ts'
import { entryAt, makeRoot, removeRoot } from '../../../test/contract/scratch-root.ts'
import { command } from './command.ts'

/** Writes its last argument into a file of the scratch root. */
const writing = (path: string, value: string): string[] => [
  'sh',
  '-c',
  'printf %s "$2" >"$1"',
  'sh',
  path,
  value,
]

describeKind({
  kind: 'command',
  live: true,
  // The command of the test writes into it, and its undo writes it anew.
  rewritten: /^\/srv\/list$/,
  cases: [
    {
      title: 'runs a program that makes what was not there',
      resources: [
        command({
          name: 'write one',
          run: writing('srv/one', 'made'),
          creates: '/srv/one',
          undo: ['rm', '-f', 'srv/one'],
        }),
      ],
      expected: { '/srv/one': 'made' },
    },
    {
      title: 'runs a program until its guard is content',
      given: { '/srv/list': 'a\n' },
      resources: [
        command({
          name: 'add b to the list',
          run: ['sh', '-c', 'echo b >>srv/list'],
          unless: ['grep', '-qx', 'b', 'srv/list'],
          undo: ['sed', '-i', '/^b$/d', 'srv/list'],
        }),
      ],
      expected: { '/srv/list': 'a\nb\n' },
    },
    {
      title: 'does not run when one of two guards is content',
      given: { '/srv/one': 'there' },
      resources: [
        command({ name: 'one', run: ['false'], unless: ['true'], creates: '/srv/nothing' }),
        command({ name: 'two', run: ['false'], unless: ['false'], creates: '/srv/one' }),
      ],
      expected: { '/srv/one': 'there' },
      unchanged: ['command:one', 'command:two'],
    },
  ],
  hostile: {
    resources: (value) => {
      const name = value.replace(/[/\p{Cc}]/gu, '_')
      const unless = ['sh', '-c', 'printf %s "$2" | cmp -s - "$1"', 'sh', `srv/${name}`, value]
      return [command({ name, run: writing(`srv/${name}`, value), unless })]
    },
    read: (root, value) => readFile(join(root, 'srv', value.replace(/[/\p{Cc}]/gu, '_')), 'utf8'),
  },
  failing: {
    resources: [command({ name: 'break', run: ['sh', '-c', 'echo why; exit 3'], creates: '/srv/never' })],
    message: /^sh ended with status 3$/,
  },
  many: (count) =>
    Array.from({ length: count }, (_, index) =>
      command({
        name: `write ${index}`,
        run: writing(`srv/${index}`, 'made'),
        creates: `/srv/${index}`,
        undo: ['rm', '-f', `srv/${index}`],
      }),
    ),
})

const roots: string[] = []
afterEach(async () => {
  await Promise.all(roots.splice(0).map(removeRoot))
})

describeAsRoot('a command', () => {
  it('undoes with exactly the words that were given, even an empty last one', async () => {
    const root = await makeRoot()
    roots.push(root)
    const words = ["it's", 'two\nlines\n', '\\t$HOME', '']
    const undo = ['sh', '-c', 'for word; do printf "<%s>" "$word"; done >srv/undone', 'sh', ...words]
    const made = command({ name: 'make', run: writing('srv/one', ''), creates: '/srv/one', undo })
    await runProgram(root, await programOf([made]), 'converge', { live: true })
    const removal = await runProgram(root, await programOf([], ['command']), 'converge', { live: true })
    expect(removal.removed).toEqual(['command:make'])
    expect(await entryAt(root, '/srv/undone', '')).toBe(words.map((word) => `<${word}>`).join(''))
  })

  it('reports what a program said before it failed', async () => {
    const root = await makeRoot()
    roots.push(root)
    const broken = command({ name: 'break', run: ['sh', '-c', 'echo why; exit 3'], creates: '/srv/never' })
    const result = await runProgram(root, await programOf([broken]), 'converge', { live: true })
    expect(result.failed.get('command:break')?.output).toBe('why')
  })

  it('wants a guard', () => {
    expect(() => command({ name: 'again and again', run: ['true'] })).toThrow('a command needs a guard')
  })
})
