import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { orderResources } from '../plan/order.ts'
import { file } from '../resources/file/file.ts'
import { kinds } from '../resources/registry.generated.ts'
import type { Resource } from '../resources/kind.ts'
import { run } from '../support/run.ts'
import { compile, resourceId, wireBytes, type Program } from './compile.ts'
import { runtime } from './runtime.generated.ts'

const compiled = (resources: readonly Resource[]): Program =>
  compile(
    orderResources(resources, (kind) => kinds[kind]?.kind.stage ?? 50),
    { node: 'ada', kinds, runtime },
  )

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'bramble-compile-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

/** Runs a program against a scratch root and gives its event lines. */
async function runProgram(program: Program, folder: string, ...args: string[]): Promise<string[]> {
  return runIn(['dash'], program, folder, ...args)
}

async function runIn(shell: readonly string[], program: Program, folder: string, ...args: string[]) {
  const contents = join(folder, 'contents')
  await run('mkdir', ['-p', contents, join(folder, 'root/etc')])
  await writeFile(join(folder, 'program'), program.text)
  for (const content of program.contents.values()) {
    if (content.bytes instanceof Uint8Array) await writeFile(join(contents, content.sha256), content.bytes)
  }
  const environment = { ...process.env, BRAMBLE_ROOT: join(folder, 'root'), BRAMBLE_CONTENTS: contents }
  const [name = '', ...before] = shell
  const { stdout } = await run(name, [...before, join(folder, 'program'), ...args], { environment })
  return stdout.toString().split('\n').filter(Boolean)
}

describe('the compiler', () => {
  it('gives the same bytes for the same input', () => {
    const make = () =>
      compiled([file({ path: '/etc/a', content: 'x' }), file({ path: '/etc/b', content: 'y' })])
    expect(make().text).toBe(make().text)
  })

  it('changes one line of the program when one resource is added', () => {
    const before = compiled([file({ path: '/etc/a', content: 'x' })]).text.split('\n')
    const after = compiled([
      file({ path: '/etc/a', content: 'x' }),
      file({ path: '/etc/b', content: 'y' }),
    ]).text.split('\n')
    const added = after.filter((line) => !before.includes(line))
    // The new row, and the list of wanted ids.
    expect(added).toHaveLength(2)
  })

  it('puts no content of a file into the text', () => {
    const program = compiled([file({ path: '/etc/key', content: 'very secret words', sensitive: true })])
    expect(program.text).not.toContain('very secret words')
    expect([...program.contents.values()][0]?.sensitive).toBe(true)
  })

  it('begins every program of the same kinds with the same runtime, also one that has to remove another kind', () => {
    const one = compiled([file({ path: '/etc/a', content: 'x' })])
    const other = compile(
      orderResources([file({ path: '/etc/b', content: 'ä' })], () => 50),
      { node: 'bob', kinds, runtime, alsoKinds: ['link'] },
    )
    expect(other.runtime).toBe(one.runtime)
    for (const program of [one, other]) {
      const begin = program.text.slice(0, -program.slim.length)
      expect(createHash('sha256').update(begin).digest('hex')).toBe(program.runtime)
      expect(begin + program.slim).toBe(program.text)
    }
    expect(compiled([]).runtime).not.toBe(one.runtime)
  })

  it('stays small: a program without its runtime is less than 1 KiB on the wire, and 60 bytes more a file', () => {
    const files = Array.from({ length: 100 }, (_, index) =>
      file({ path: `/etc/${index}`, content: `${index}` }),
    )
    expect(wireBytes({ text: compiled(files.slice(0, 1)).slim })).toBeLessThan(1024)
    expect(wireBytes({ text: compiled(files).slim })).toBeLessThan(1024 + 100 * 60)
  })

  it('stays small: the runtime, which looks at the board as well, and one kind are less than 9 KiB on the wire', () => {
    expect(wireBytes(compiled([file({ path: '/etc/a', content: 'x' })]))).toBeLessThan(9 * 1024)
  })
})

describe('a program', () => {
  it('skips what needs a failed resource and names the need', async () => {
    const folder = join(root, 'skips')
    const broken = file({ path: '/missing/folder/a', content: 'x' })
    const dependent = file({ path: '/etc/b', content: 'y', needs: ['file:/missing/folder/a'] })
    const lines = await runProgram(compiled([broken, dependent]), folder, 'converge')
    expect(lines).toContain(
      `@\tfailed\t${resourceId('file:/missing/folder/a')}\tthe folder /missing/folder is not there\t`,
    )
    expect(lines).toContain(
      `@\tskipped\t${resourceId('file:/etc/b')}\t${resourceId('file:/missing/folder/a')}`,
    )
    expect(lines.at(-1)).toBe('@\tfinished\t0\t1\t1\t')
  })

  it('removes what it owns and is no longer wanted, and puts the old content back', async () => {
    const folder = join(root, 'removes')
    await run('mkdir', ['-p', join(folder, 'root/etc')])
    await writeFile(join(folder, 'root/etc/a'), 'from before')
    await runProgram(compiled([file({ path: '/etc/a', content: 'ours' })]), folder, 'converge')
    const looked = await runProgram(compiled([]), folder, 'check')
    expect(looked).toContain('@\torphan\tfile\t/etc/a\tbefore')
    const withFile = compile([], { node: 'ada', kinds, runtime, alsoKinds: ['file'] })
    expect(await runProgram(withFile, folder, 'converge')).toContain('@\tremoved\tfile\t/etc/a')
    expect((await run('cat', [join(folder, 'root/etc/a')])).stdout.toString()).toBe('from before')
  })

  it.each(['a1b2', 'a1b2\tfile', 'a1b2\tfile\t/etc/thr', 'a1b2\tfile\t/etc/three\tabse'])(
    'goes on behind a line of the manifest that was torn when the power failed: %j',
    async (torn) => {
      const folder = await mkdtemp(join(root, 'torn-'))
      const one = file({ path: '/etc/one', content: 'x' })
      await runProgram(compiled([one]), folder, 'converge')
      const manifest = join(folder, 'root/var/lib/bramble/owned')
      await appendFile(manifest, torn)
      const two = file({ path: '/etc/two', content: 'y' })
      await runProgram(compiled([one, two]), folder, 'converge')
      const nothing = compile([], { node: 'ada', kinds, runtime, alsoKinds: ['file'] })
      expect(await runProgram(nothing, folder, 'converge')).toContain('@\tfinished\t2\t0\t0\t')
      expect(await readdir(join(folder, 'root/etc'))).toEqual([])
      expect(existsSync(manifest)).toBe(false)
    },
  )

  it('never touches what was as wanted before it came', async () => {
    const folder = join(root, 'adopts')
    await run('mkdir', ['-p', join(folder, 'root/etc')])
    await writeFile(join(folder, 'root/etc/a'), 'same', { mode: 0o644 })
    await runProgram(compiled([file({ path: '/etc/a', content: 'same' })]), folder, 'converge')
    expect(await runProgram(compiled([]), folder, 'check')).not.toContain('@\torphan\tfile\t/etc/a\tbefore')
  })

  it.each(['dash', 'busybox ash'])('run by %s keeps its runtime and says so', async (shell) => {
    const words = shell.split(' ')
    const folder = join(root, `keeps-${words[0]}`)
    const kept = join(folder, 'root/var/lib/bramble/runtime')
    const program = compiled([file({ path: '/etc/a', content: 'x' })])
    const said = `@\tfact\truntime\t${program.runtime}`
    expect(await runIn(words, program, folder, 'check')).not.toContain(said)
    expect((await runIn(words, program, folder, 'converge')).at(-2)).toBe(said)
    expect(await readdir(kept)).toEqual([`${program.runtime}.sh`])
    const path = join(kept, `${program.runtime}.sh`)
    expect((await readFile(path, 'utf8')) + program.slim).toBe(program.text)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await runIn(words, compiled([]), folder, 'check')).toContain(said)
  })

  it('sends the text that is there to those who look, not once more to those who carry out', async () => {
    const folder = join(root, 'shows')
    await run('mkdir', ['-p', join(folder, 'root/etc')])
    await writeFile(join(folder, 'root/etc/a'), 'old')
    const program = compiled([file({ path: '/etc/a', content: 'new' })])
    const isText = (line: string): boolean => line.startsWith('@\tcontent\t')
    expect((await runProgram(program, folder, 'check')).filter(isText)).toHaveLength(1)
    expect((await runProgram(program, folder, 'converge')).filter(isText)).toEqual([])
    expect(await readFile(join(folder, 'root/etc/a'), 'utf8')).toBe('new')
  })
})
