import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { judgedBy, listOf, text } from '../forms.ts'
import { readClusterFile } from '../read.ts'
import { holdsStandIn, revealed, standInFor } from './stand-in.ts'

const options = z.object({
  zone: text().optional(),
  level: z.enum(['low', 'high']).optional(),
  names: listOf(text()).optional(),
  entries: z.record(z.string(), z.union([z.string(), z.number().transform(String)])).default({}),
  settings: z.record(z.string(), z.unknown()).default({}),
  short: judgedBy(z.string(), (value) =>
    value.startsWith('/') ? undefined : { problem: 'is no path', fix: 'write /x' },
  ).optional(),
  port: z.int().optional(),
  copy: z.object({ from: z.object({ file: z.string() }) }).optional(),
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-references-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const HEAD = 'cluster: office\ndomain: home.arpa\nnodes: { ant: { address: 192.0.2.1 } }\n'

/** Reads a cluster file with these options of the one role. */
function read(lines: string, environment: NodeJS.ProcessEnv = {}, set: readonly string[] = []) {
  const body = `${HEAD}roles:\n  sample:\n    on: all\n${lines.replaceAll(/^/gm, '    ')}\n`
  const path = join(folder, 'cluster.yaml')
  const result = readClusterFile(
    { path, text: body },
    { roles: { sample: { options, perNode: ['zone'] } }, environment, set },
  )
  const found = result.diagnostics.map(({ code, where }) => {
    const { line, column } = where as { readonly line: number; readonly column: number }
    return `${code} ${line}:${column}`
  })
  return { ...result, found, options: result.file?.roles['sample']?.[0]?.options }
}

describe('a text that stands elsewhere', () => {
  it('is that of a file beside the cluster file, byte for byte', () => {
    mkdirSync(join(folder, 'texts'))
    writeFileSync(join(folder, 'texts/zone'), 'a: b\n\n  ü "c"\n')
    const {
      options: read_,
      found,
      references,
    } = read(
      'zone: { from: { file: texts/zone } }\nentries: { a/b: { from: { file: texts/zone } }, empty: "" }',
    )
    expect(found).toEqual([])
    expect(read_).toMatchObject({
      zone: 'a: b\n\n  ü "c"\n',
      entries: { 'a/b': 'a: b\n\n  ü "c"\n', empty: '' },
    })
    expect(references?.map(({ source, name }) => `${source} ${name}`)).toEqual([
      'file texts/zone',
      'file texts/zone',
    ])
  })

  it('is that of a variable in the environment, also where it is one of several choices or in a list', () => {
    const environment = { ZONE: 'Europe/Lisbon', LEVEL: 'high', EMPTY: '' }
    const { options: read_, found } = read(
      'zone: { from: { env: ZONE } }\nlevel: { from: { env: LEVEL } }\nnames: [a, { from: { env: ZONE } }]\nentries: { e: { from: { env: EMPTY } } }',
      environment,
    )
    expect(found).toEqual([])
    expect(read_).toMatchObject({
      zone: 'Europe/Lisbon',
      level: 'high',
      names: ['a', 'Europe/Lisbon'],
      entries: { e: '' },
    })
  })

  it('is judged like any other, at the place of the reference', () => {
    expect(read('level: { from: { env: LEVEL } }', { LEVEL: 'middle' }).found).toEqual(['WRONG_CHOICE 7:12'])
  })

  it('can be set from the command line, and below settings of any form', () => {
    const { options: read_ } = read('settings: { a: { b: { from: { env: ZONE } } } }', { ZONE: 'x' }, [
      'roles.sample.zone={ from: { env: ZONE } }',
    ])
    expect(read_).toMatchObject({ zone: 'x', settings: { a: { b: 'x' } } })
  })

  it('stands for a secret until the store is open, and has no form that could be judged', () => {
    const { options: read_, found } = read(
      'entries: { a: { from: { secret: app/password } } }\nsettings: { x: [{ from: { secret: other } }] }',
    )
    expect(found).toEqual([])
    expect(read_).toMatchObject({
      entries: { a: standInFor('app/password') },
      settings: { x: [standInFor('other')] },
    })
    expect(revealed(read_, (name) => (name === 'other' ? 'sesame' : undefined))).toMatchObject({
      entries: { a: standInFor('app/password') },
      settings: { x: ['sesame'] },
    })
    expect(read('short: { from: { secret: app/password } }').found).toEqual(['SECRET_NOT_TAKEN 7:12'])
    expect(read('level: { from: { secret: app/password } }').found).toEqual(['SECRET_NOT_TAKEN 7:12'])
  })

  it('is no secret where Bramble itself goes by the text', () => {
    const body = HEAD.replace('192.0.2.1', '{ from: { secret: address } }').replace(
      'office',
      '{ from: { secret: name } }',
    )
    const { diagnostics } = readClusterFile({ path: 'cluster.yaml', text: body }, { roles: {} })
    expect(diagnostics.map(({ code }) => code)).toEqual(['SECRET_NOT_TAKEN', 'SECRET_NOT_TAKEN'])
  })

  it.each([
    ['zone: { from: { env: ZONE } }', 'ENVIRONMENT_VARIABLE_MISSING 7:11'],
    ['names: [a, { from: { env: ZONE } }]', 'ENVIRONMENT_VARIABLE_MISSING 7:16'],
    ['zone: { from: { file: none } }', 'SOURCE_FILE_MISSING 7:11'],
    ['zone: { from: { file: ../x } }', 'SOURCE_FILE_OUTSIDE 7:11'],
    ['zone: { from: { files: x } }', 'REFERENCE_UNCLEAR 7:11'],
    ['zone: { from: { env: A, file: b } }', 'REFERENCE_UNCLEAR 7:11'],
    ['zone: { from: { env: 7 } }', 'REFERENCE_UNCLEAR 7:11'],
    ['port: { from: { env: PORT } }', 'WRONG_TYPE 7:11'],
  ])('is told once, with its place, when it is not there: %s', (line, problem) => {
    expect(read(line).found).toEqual([problem])
  })

  it('is no text that a file cannot hold', () => {
    writeFileSync(join(folder, 'latin'), Buffer.from([0x66, 0xfc, 0x72, 0x21]))
    writeFileSync(join(folder, 'zero'), 'abc\0def')
    expect(read('zone: { from: { file: latin } }').found).toEqual(['SOURCE_FILE_UNREADABLE 7:11'])
    expect(read('zone: { from: { file: zero } }').found).toEqual(['SOURCE_FILE_UNREADABLE 7:11'])
  })

  it('leaves maps alone that have a key of that name, and settings that only look like it', () => {
    const { options: read_, found } = read(
      'copy: { from: { file: x } }\nsettings: { route: { from: { host: a } } }',
    )
    expect(found).toEqual([])
    expect(read_).toMatchObject({
      copy: { from: { file: 'x' } },
      settings: { route: { from: { host: 'a' } } },
    })
  })

  it('can be an option that a node has otherwise', () => {
    const body = `${HEAD.replace('192.0.2.1 }', '192.0.2.1, options: { sample: { zone: { from: { env: ZONE } } } } }')}roles: { sample: { on: all } }\n`
    const { file } = readClusterFile(
      { path: 'cluster.yaml', text: body },
      { roles: { sample: { options, perNode: ['zone'] } }, environment: { ZONE: 'attic' } },
    )
    expect(file?.roles['sample']?.[0]?.onNode?.['ant']).toMatchObject({ zone: 'attic' })
  })
})

describe('what stands for a secret', () => {
  it('is found within a longer text, and is no text that somebody writes', () => {
    expect(holdsStandIn(`a${standInFor('x')}b`)).toBe(true)
    expect(holdsStandIn('[secret x]')).toBe(false)
    expect(revealed({ a: [`<${standInFor('x')}>`, 1, null] }, () => '$&')).toEqual({ a: ['<$&>', 1, null] })
  })
})
