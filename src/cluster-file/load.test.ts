import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadClusterFile } from './load.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-load-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const load = () => loadClusterFile(folder, { roles: {} })

it.each(['cluster.yaml', 'cluster.yml'])('reads %s and hands out its text', async (name) => {
  const text = 'cluster: a\ndomain: example.net\nnodes: { b: }\n'
  writeFileSync(join(folder, name), text)
  expect(await load()).toMatchObject({ text, file: { cluster: 'a' }, diagnostics: [] })
})

it('reads cluster.ts where there is no YAML', async () => {
  writeFileSync(
    join(folder, 'cluster.ts'),
    `export default { cluster: 'a', domain: 'example.net', nodes: { b: {} } }`,
  )
  expect(await load()).toMatchObject({ file: { cluster: 'a' }, diagnostics: [] })
})

it.each([
  ['is a folder', () => mkdirSync(join(folder, 'cluster.yaml')), 'it is a folder'],
  [
    'is not UTF-8',
    () => writeFileSync(join(folder, 'cluster.yaml'), Buffer.from('cluster: café', 'latin1')),
    'it is not UTF-8 text',
  ],
])('says so when the file %s', async (_, make, problem) => {
  make()
  const { diagnostics } = await load()
  expect(diagnostics).toMatchObject([{ code: 'CLUSTER_FILE_UNREADABLE' }])
  expect(diagnostics[0]?.summary).toContain(problem)
})

it('takes a link to nothing for no file', async () => {
  symlinkSync('nowhere', join(folder, 'cluster.yaml'))
  expect((await load()).diagnostics).toMatchObject([{ code: 'CLUSTER_FILE_MISSING' }])
})
