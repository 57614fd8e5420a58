import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { readTypedClusterFile } from './read-typed.ts'

const options = {
  roles: { base: { options: z.object({ timezone: z.string().optional() }) } },
  modules: { bramble: { defineCluster: (cluster: unknown) => cluster } },
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-typed-'))
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

async function read(text: string) {
  const path = join(folder, 'cluster.ts')
  writeFileSync(path, text)
  return readTypedClusterFile(path, options)
}

const START = "import { defineCluster } from 'bramble'\n"

describe('a typed cluster file', () => {
  it('is a program that may compute its nodes', async () => {
    const { file, diagnostics } = await read(`${START}
enum Room { office = 'office' }
const names: readonly string[] = ['a', 'b', 'c']
const nodes = Object.fromEntries(names.map((name, index) => [name, { address: \`192.0.2.\${index + 1}\`, labels: { room: Room.office } }]))
export default defineCluster({ cluster: 'office', domain: 'example.net', nodes, roles: { base: { on: 'all' } } })
`)
    expect(diagnostics).toEqual([])
    expect(Object.keys(file?.nodes ?? {})).toEqual(['a', 'b', 'c'])
    expect(file?.nodes['c']?.labels).toEqual({ room: 'office' })
  })

  it('names the key of a mistake, because it has no lines to name', async () => {
    const { diagnostics } = await read(
      `export default { cluster: 'a', domain: 'example.net', nodes: { b: { adress: '192.0.2.1' } } }`,
    )
    expect(diagnostics).toMatchObject([
      {
        code: 'UNKNOWN_KEY',
        where: { file: join(folder, 'cluster.ts'), line: 1, column: 1, key: 'nodes.b.adress' },
      },
    ])
  })

  it('is read anew each time', async () => {
    await read(`export default { cluster: 'first', domain: 'example.net', nodes: { b: {} } }`)
    const { file } = await read(
      `export default { cluster: 'second', domain: 'example.net', nodes: { b: {} } }`,
    )
    expect(file?.cluster).toBe('second')
  })

  it.each([
    ['does not compile', 'export default {', 'TYPED_FILE_FAILED'],
    ['throws', "throw 'something odd'", 'TYPED_FILE_FAILED'],
    ['imports what is not there', "import './nodes.ts'", 'TYPED_FILE_FAILED'],
    ['exports nothing', 'export const cluster = {}', 'TYPED_FILE_NO_CLUSTER'],
    ['exports a function', 'export default () => ({})', 'TYPED_FILE_NO_CLUSTER'],
    ['exports a promise', 'export default Promise.resolve({})', 'TYPED_FILE_NO_CLUSTER'],
    [
      'exports what cannot be written in YAML',
      'export default { cluster: () => 1, nodes: new Map() }',
      'WRONG_TYPE',
    ],
  ])('that %s is a mistake, not a crash', async (_, text, code) => {
    const { file, diagnostics } = await read(text)
    expect(file).toBeUndefined()
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code)
  })
})

describe('what a typed file is translated to', () => {
  const kept = () => readdirSync(join(folder, 'cache/bramble/typed'))
  const named = (name: string) =>
    `${START}export default defineCluster({ cluster: '${name}', domain: 'example.net', nodes: { a: { address: '192.0.2.1' } }, roles: { base: { on: 'all' } } })\n`
  const clusterOf = async (text: string) => (await read(text)).file?.cluster

  it('is kept for the next run, and made anew when the file is another', async () => {
    expect(await clusterOf(named('office'))).toBe('office')
    expect(kept()).toHaveLength(1)
    expect(await clusterOf(named('attic'))).toBe('attic')
    expect(await clusterOf(named('office'))).toBe('office')
    expect(kept()).toHaveLength(1)
  })

  it('is not kept where others could write to it', async () => {
    expect(await clusterOf(named('office'))).toBe('office')
    for (const name of kept()) rmSync(join(folder, 'cache/bramble/typed', name))
    chmodSync(join(folder, 'cache/bramble/typed'), 0o777)
    expect(await clusterOf(named('office'))).toBe('office')
    expect(kept()).toEqual([])
  })
})
