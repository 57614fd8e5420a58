/** The role of CONTRIBUTING.md does all that is said of it, put into a tree of its own as its reader would. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run, type RunResult } from '../../src/support/run.ts'

const WAIT_MILLISECONDS = 180_000
const GREETED = `cluster: office
domain: office.example.net
nodes: { hammond: { address: 192.0.2.1 } }
roles: { greeting: { on: all } }
`
/** Prints what the role makes of the one node. */
const LOOK = `import { openCluster } from '../src/api/open.ts'
import { prepare } from '../src/api/run/prepare.ts'

const opened = await openCluster({ folder: import.meta.dirname, lab: false })
if (!('cluster' in opened)) throw new Error(JSON.stringify(opened.diagnostics))
const { program } = await prepare(opened.cluster, {}, 'read', () => Promise.resolve(new Map()))
const { resources, contents } = program('hammond')
const texts = [...contents.values()].map(({ bytes }) => ('path' in bytes ? '' : Buffer.from(bytes).toString()))
console.log(JSON.stringify({ addresses: [...resources.values()].map(({ address }) => address), texts }))
`

const example = /```ts\n([^]*?)```/.exec(readFileSync('CONTRIBUTING.md', 'utf8'))?.[1] ?? ''

describe('the role in ten lines', () => {
  const top = mkdtempSync(join(tmpdir(), 'bramble-contributing-'))
  afterAll(() => rmSync(top, { recursive: true, force: true }))

  const start = (...words: readonly string[]): Promise<RunResult> =>
    run(process.execPath, words, { folder: top })
  const typescript = (...words: readonly string[]): Promise<RunResult> =>
    start('--import', 'jiti/register', ...words)

  beforeAll(async () => {
    for (const path of [
      'src',
      'test/contract',
      'scripts',
      'package.json',
      'tsconfig.json',
      'vitest.config.ts',
    ]) {
      cpSync(path, join(top, path), { recursive: true })
    }
    symlinkSync(resolve('node_modules'), join(top, 'node_modules'))
    mkdirSync(join(top, 'src/roles/greeting'))
    writeFileSync(join(top, 'src/roles/greeting/greeting.ts'), example)
    mkdirSync(join(top, 'greeted'))
    writeFileSync(join(top, 'greeted/cluster.yaml'), GREETED)
    writeFileSync(join(top, 'greeted/look.ts'), LOOK)
    expect(await typescript('scripts/generate.ts')).toMatchObject({ code: 0, stderr: '' })
  })

  it(
    'can be used in a cluster file at once',
    async () => {
      const { stdout, stderr } = await typescript('greeted/look.ts')
      expect(stderr).toBe('')
      expect(JSON.parse(stdout.toString())).toEqual({
        addresses: ['file:/etc/motd'],
        texts: ['hammond: hello\n'],
      })
    },
    WAIT_MILLISECONDS,
  )

  it(
    'is sound to the compiler of types',
    async () => {
      const registry = { extends: './tsconfig.json', files: ['src/roles/registry.generated.ts'], include: [] }
      writeFileSync(join(top, 'tsconfig.registry.json'), JSON.stringify(registry))
      const { stdout } = await start(
        'node_modules/@typescript/native/bin/tsc',
        '-p',
        'tsconfig.registry.json',
      )
      expect(stdout.toString()).toBe('')
    },
    WAIT_MILLISECONDS,
  )

  it(
    'is in the JSON Schema',
    async () => {
      const { stdout } = await typescript('src/cli/main.ts', '-C', 'greeted', 'schema')
      expect(stdout.toString()).toContain('What to say.')
    },
    WAIT_MILLISECONDS,
  )

  it(
    'is held to the contract of roles',
    async () => {
      const { code, stdout } = await start(
        'node_modules/vitest/vitest.mjs',
        'run',
        '--reporter=verbose',
        'test/contract/roles.test.ts',
      )
      expect(code, stdout.toString()).toBe(0)
      expect(stdout.toString()).toContain('the role greeting')
    },
    WAIT_MILLISECONDS,
  )
})
