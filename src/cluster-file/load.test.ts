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

it.each([['is a folder', () => mkdirSync(join(folder, 'cluster.yaml')), 'it is a folder']])(
  'says so when the file %s',
  async (_, make, problem) => {
    make()
    const { diagnostics } = await load()
    expect(diagnostics).toMatchObject([{ code: 'CLUSTER_FILE_UNREADABLE' }])
    expect(diagnostics[0]?.summary).toContain(problem)
  },
)

it.each([
  [
    'Latin-1',
    Buffer.from('cluster: office\ndomain: café.net', 'latin1'),
    2,
    12,
    'byte 28 is 0xE9, which is é',
    'WINDOWS-1252',
  ],
  [
    'Latin-1 after UTF-8',
    Buffer.concat([Buffer.from('# ä😀 '), Buffer.from('ö', 'latin1')]),
    1,
    7,
    '0xF6, which is ö',
    'WINDOWS-1252',
  ],
  ['a cut off character', Buffer.from('# ä').subarray(0, 3), 1, 3, '0xC3', 'WINDOWS-1252'],
  ['UTF-16 with a mark', Buffer.from('\ufeffcluster: a', 'utf16le'), 1, 1, 'it is in UTF-16', 'UTF-16'],
  ['UTF-16 without a mark', Buffer.from('cluster: a', 'utf16le'), 1, 1, 'it is in UTF-16LE', 'UTF-16LE'],
])(
  'says where a file in %s stops being UTF-8, and how to mend it',
  async (_, bytes, line, column, found, from) => {
    writeFileSync(join(folder, 'cluster.yaml'), bytes)
    const [diagnostic] = (await load()).diagnostics
    expect(diagnostic).toMatchObject({ code: 'CLUSTER_FILE_NOT_UTF8', where: { line, column } })
    expect(diagnostic?.summary).toContain(found)
    expect(diagnostic?.fix).toContain(`iconv -f ${from} -t UTF-8 `)
  },
)

it('reads UTF-8 with a byte order mark', async () => {
  writeFileSync(join(folder, 'cluster.yaml'), '\ufeffcluster: a\ndomain: example.net\nnodes: { b: }\n')
  expect(await load()).toMatchObject({ file: { cluster: 'a' }, diagnostics: [] })
})

it('takes a link to nothing for no file', async () => {
  symlinkSync('nowhere', join(folder, 'cluster.yaml'))
  expect((await load()).diagnostics).toMatchObject([{ code: 'CLUSTER_FILE_MISSING' }])
})
