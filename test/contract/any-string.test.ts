import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { command } from '../../src/resources/command/command.ts'
import { file } from '../../src/resources/file/file.ts'
import type { Resource } from '../../src/resources/kind.ts'
import { describeAsRoot } from './as-root.ts'
import { programOf, runProgram, type ShellName } from './program-run.ts'
import { makeRoot, removeRoot } from './scratch-root.ts'

/** Any text that an argument of a program can hold, and much of what shells make something of. */
const text = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(
        "'",
        '"',
        '\\',
        '$',
        '`',
        '\n',
        '\t',
        '*',
        '#',
        '-',
        ' ',
        't',
        'n',
        '~',
        '%',
        '!',
      ),
    }),
  )
  .map((value) => value.replaceAll('\0', ''))

/** A path names a file by one line, so it has no control characters; everything else may be in it. */
const nameIn = (value: string): string => value.replaceAll(/[\p{Cc}/]/gu, '').slice(0, 40)

/** Says what it was given, and fails with it as its last words. */
const TELL = 'f=$1; shift; for w; do printf "%s\\036" "$w"; done >"$f"'

interface Carried {
  readonly words: readonly string[]
  readonly names: readonly string[]
}

function resourcesFor({ words, names }: Carried): Resource[] {
  const contents = words.map((content, at) => file({ path: `/srv/content/${at}`, content }))
  const files = names.map((name) => file({ path: `/srv/names/=${name}`, content: name }))
  // Words of a command, its name, and with the name a line of the manifest.
  const told = words.map((word, at) =>
    command({
      name: `${at}${nameIn(word)}`,
      run: ['sh', '-c', TELL, 'sh', `srv/told/${at}`, word, ...words],
      creates: `/srv/told/${at}`,
      undo: ['sh', '-c', TELL, 'sh', `srv/undone/${at}`, word],
    }),
  )
  return [...contents, ...files, ...told]
}

async function carries(carried: Carried, shell: ShellName): Promise<void> {
  const root = await makeRoot()
  for (const folder of ['content', 'names', 'told', 'undone']) await mkdir(join(root, 'srv', folder))
  const wanted = resourcesFor(carried)
  const done = await runProgram(root, await programOf(wanted), 'converge', { shell, live: true })
  expect(done).toMatchObject({ code: 0, failed: new Map() })
  for (const [at, word] of carried.words.entries()) {
    expect(await readFile(join(root, `srv/content/${at}`), 'utf8')).toBe(word)
    const told = await readFile(join(root, `srv/told/${at}`), 'utf8')
    expect(told).toBe([word, ...carried.words].map((each) => `${each}\u001e`).join(''))
  }
  for (const name of carried.names)
    expect(await readFile(join(root, `srv/names/=${name}`), 'utf8')).toBe(name)
  await isUndone(root, carried, wanted, shell)
  await removeRoot(root)
}

/** What is no longer wanted is named by the manifest on the node, and undone with the words that it keeps. */
async function isUndone(
  root: string,
  { words }: Carried,
  wanted: Resource[],
  shell: ShellName,
): Promise<void> {
  const gone = await runProgram(root, await programOf([], ['file', 'command']), 'converge', {
    shell,
    live: true,
  })
  expect(gone.failed).toEqual(new Map())
  expect(gone.removed.toSorted()).toEqual(wanted.map(({ kind, name }) => `${kind}:${name}`).toSorted())
  for (const [at, word] of words.entries())
    expect(await readFile(join(root, `srv/undone/${at}`), 'utf8')).toBe(`${word}\u001e`)
}

describeAsRoot('any string', () => {
  const carried = fc.record({
    words: fc.array(text, { minLength: 1, maxLength: 12 }),
    names: fc.uniqueArray(text.map(nameIn), { maxLength: 8 }),
  })
  it.each(['dash', 'busybox'] as const)(
    'survives to the node byte for byte under %s: contents, paths, words of commands, what the manifest keeps',
    async (shell) => {
      await fc.assert(
        fc.asyncProperty(carried, (each) => carries(each, shell)),
        { numRuns: 15 },
      )
    },
    120_000,
  )
})
