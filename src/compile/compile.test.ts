import { mkdtemp, rm, writeFile } from 'node:fs/promises'
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
  const contents = join(folder, 'contents')
  await run('mkdir', ['-p', contents, join(folder, 'root/etc')])
  await writeFile(join(folder, 'program'), program.text)
  for (const content of program.contents.values()) {
    if (content.bytes instanceof Uint8Array) await writeFile(join(contents, content.sha256), content.bytes)
  }
  const environment = { ...process.env, BRAMBLE_ROOT: join(folder, 'root'), BRAMBLE_CONTENTS: contents }
  const { stdout } = await run('dash', [join(folder, 'program'), ...args], { environment })
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

  it('stays small: the runtime and one kind are less than 8 KiB on the wire', () => {
    expect(wireBytes(compiled([file({ path: '/etc/a', content: 'x' })]))).toBeLessThan(8 * 1024)
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
    expect(looked).toContain('@\torphan\tfile\t/etc/a')
    const withFile = compile([], { node: 'ada', kinds, runtime, alsoKinds: ['file'] })
    expect(await runProgram(withFile, folder, 'converge')).toContain('@\tremoved\tfile\t/etc/a')
    expect((await run('cat', [join(folder, 'root/etc/a')])).stdout.toString()).toBe('from before')
  })

  it('never touches what was as wanted before it came', async () => {
    const folder = join(root, 'adopts')
    await run('mkdir', ['-p', join(folder, 'root/etc')])
    await writeFile(join(folder, 'root/etc/a'), 'same', { mode: 0o644 })
    await runProgram(compiled([file({ path: '/etc/a', content: 'same' })]), folder, 'converge')
    expect(await runProgram(compiled([]), folder, 'check')).not.toContain('@\torphan\tfile\t/etc/a')
  })
})
