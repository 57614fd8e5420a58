import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadClusterFile } from '../load.ts'
import { isFilePlace } from '../../diagnostics/diagnostic.ts'
import { editedParts } from '../edit/edit-parts.ts'
import { positionsWithoutLines } from '../positions.ts'
import { readYaml } from '../yaml-source.ts'
import { withIncludes } from './with-includes.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-include-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

const roles = {
  base: { options: z.object({ timezone: z.string().optional(), motd: z.string().optional() }) },
  lamp: { options: z.object({}) },
}

/** Reads the files; what is wrong as `CODE file:line:column`. */
async function load(files: Readonly<Record<string, string>>, main?: string) {
  write(files)
  const result = await loadClusterFile(folder, {
    roles,
    ...(main !== undefined && { file: join(folder, main) }),
  })
  const found = result.diagnostics.map(({ code, where }) => {
    if (!where || !isFilePlace(where)) return code
    return `${code} ${relative(folder, where.file)}:${where.line}:${where.column}`
  })
  return { ...result, found }
}

const HEAD = 'cluster: office\ndomain: home.arpa\n'

describe('a cluster file that includes others', () => {
  it('says what all of them say, in the order in which they are named', async () => {
    const { found, file, parts } = await load({
      'cluster.yaml': `${HEAD}include: [nodes.yaml, 'roles/*.yaml']\nnodes: { ant: { address: 192.0.2.1 } }\n`,
      'nodes.yaml':
        'include: sites/attic.yaml\nnodes: { bee: { address: 192.0.2.2 } }\ngroups: { core: [ant, bee] }\n',
      'sites/attic.yaml': 'nodes: { cat: { address: 192.0.2.3, via: ant } }\n',
      'roles/b.yaml': 'roles: { lamp: { on: core } }\n',
      'roles/a.yaml': 'roles: { base: { on: all } }\n',
      'roles/.hidden.yaml': 'roles: { none: {} }\n',
      'roles/empty.yaml': '# nothing yet\n',
    })
    expect(found).toEqual([])
    expect(Object.keys(file?.nodes ?? {})).toEqual(['ant', 'bee', 'cat'])
    expect(Object.keys(file?.roles ?? {})).toEqual(['base', 'lamp'])
    expect(parts?.map(({ path }) => relative(folder, path))).toEqual([
      'cluster.yaml',
      'nodes.yaml',
      'sites/attic.yaml',
      'roles/a.yaml',
      'roles/b.yaml',
      'roles/empty.yaml',
    ])
  })

  it('may have everything else in one of them, and leaves itself out of a pattern', async () => {
    const { found, file } = await load({
      'cluster.yaml': "include: '*.yaml'\n",
      'name.yaml': HEAD,
      'way.yaml': 'access: { user: kai }\nnodes: { ant: }\n',
    })
    expect(found).toEqual([])
    expect(file).toMatchObject({ cluster: 'office', access: { user: 'kai' } })
  })

  it('points at the line of the file in which something is wrong', async () => {
    const { found } = await load({
      'cluster.yaml': `${HEAD}include: [nodes.yaml, roles.yaml]\ngroups: { core: [ant, nobody] }\n`,
      'nodes.yaml': 'nodes:\n  ant: { address: 192.0.2.1 }\n  bee:\n    address: 192.0.2.1\n    adress: x\n',
      'roles.yaml': 'roles:\n  base: { on: core, timezone: [] }\n  lamp: {}\nextra: 1\n',
    })
    expect(found).toEqual([
      'UNKNOWN_NAME cluster.yaml:4:23',
      'DUPLICATE_ADDRESS nodes.yaml:4:14',
      'UNKNOWN_KEY nodes.yaml:5:5',
      'WRONG_TYPE roles.yaml:2:31',
      'MISSING_KEY roles.yaml:3:3',
      'UNKNOWN_KEY roles.yaml:4:1',
    ])
  })

  it.each([
    ['nodes.yaml', 'nodes: { ant: {}, ant: {} }\n', 'YAML_DUPLICATE_KEY nodes.yaml:1:19'],
    ['nodes.yaml', 'nodes: { ant: \n', 'YAML_SYNTAX nodes.yaml:1:15'],
    ['other.yaml', '', 'SOURCE_FILE_MISSING cluster.yaml:3:11'],
  ])('is told of nothing else while a file cannot be read: %s %j', async (name, text, problem) => {
    const { found, file } = await load({
      'cluster.yaml': `${HEAD}include: [nodes.yaml]\ngroups: { core: ant }\n`,
      [name]: text,
    })
    expect([found, file]).toEqual([[problem], undefined])
  })

  it('takes files of its own folder only', async () => {
    write({ 'x.yaml': '{}' })
    symlinkSync('/etc/hostname', join(folder, 'link.yaml'))
    mkdirSync(join(folder, 'deep'))
    const { found } = await load(
      { 'deep/cluster.yaml': `${HEAD}include: [../x.yaml, /etc/hostname]\n` },
      'deep/cluster.yaml',
    )
    expect(found).toEqual([
      'SOURCE_FILE_OUTSIDE deep/cluster.yaml:3:11',
      'SOURCE_FILE_OUTSIDE deep/cluster.yaml:3:22',
    ])
    expect((await load({ 'cluster.yaml': `${HEAD}include: link.yaml\n` })).found).toEqual([
      'SOURCE_FILE_OUTSIDE cluster.yaml:3:10',
    ])
  })

  it('takes no reference and no number for a path', async () => {
    const { found } = await load({
      'cluster.yaml': `${HEAD}include: [{ from: { env: HOME } }]\nnodes: { ant: }\n`,
    })
    expect(found).toEqual(['WRONG_TYPE cluster.yaml:3:11'])
  })

  it('counts paths of texts from the folder of the cluster file, wherever they are written', async () => {
    const { found, file } = await load({
      'cluster.yaml': `${HEAD}include: roles/base.yaml\nnodes: { ant: }\n`,
      'roles/base.yaml': 'roles: { base: { on: all, motd: { from: { file: texts/motd } } } }\n',
      'texts/motd': 'Welcome\n',
    })
    expect(found).toEqual([])
    expect(file?.roles['base']?.[0]?.options).toEqual({ motd: 'Welcome\n' })
  })

  it('may be a typed one', async () => {
    const { found, file } = await load({
      'cluster.ts': "export default { cluster: 'office', domain: 'home.arpa', include: ['nodes.yaml'] }\n",
      'nodes.yaml': 'nodes: { ant: }\n',
    })
    expect(found).toEqual([])
    expect(Object.keys(file?.nodes ?? {})).toEqual(['ant'])
  })
})

describe('an edit of a cluster file in several files', () => {
  const FILES = {
    'cluster.yaml': `${HEAD}include: [nodes.yaml, roles.yaml]\ngroups: { core: [ant, bee] }\n`,
    'nodes.yaml': 'nodes:\n  ant: {}   # the first\n  bee: { via: ant }\n',
    'roles.yaml': 'roles: { base: { on: [ant, bee] } }\n',
  }

  it('is made in each file that it concerns', () => {
    write(FILES)
    const path = join(folder, 'cluster.yaml')
    const main = { path, text: FILES['cluster.yaml'], ...readYaml(path, FILES['cluster.yaml']) }
    const edited = editedParts(withIncludes(main), [
      { do: 'rename-key', path: ['nodes', 'ant'], to: 'wasp' },
      { do: 'set', path: ['nodes', 'bee', 'via'], to: 'wasp' },
      { do: 'set', path: ['roles', 'base', 'on', 0], to: 'wasp' },
      { do: 'put', path: ['nodes'], key: 'cat', value: {} },
    ])
    expect(
      'places' in edited ? edited : edited.map(({ file, after }) => [relative(folder, file), after]),
    ).toEqual([
      ['nodes.yaml', 'nodes:\n  wasp: {}   # the first\n  bee: { via: wasp }\n  cat: {}\n'],
      ['roles.yaml', 'roles: { base: { on: [wasp, bee] } }\n'],
    ])
  })

  it('takes texts that are not written yet', () => {
    const path = join(folder, 'cluster.yaml')
    const main = {
      path,
      text: '',
      value: { include: 'nodes.yaml' },
      positions: positionsWithoutLines(path),
    }
    const texts = new Map([[join(folder, 'nodes.yaml'), 'nodes: { ant: {} }\n']])
    expect(withIncludes(main, texts).value).toEqual({ include: 'nodes.yaml', nodes: { ant: {} } })
  })
})
