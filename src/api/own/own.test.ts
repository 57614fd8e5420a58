/** Roles and kinds beside the cluster file, as a user writes them: rightly, and in all the wrong ways. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { releaseFixture, secretsFixture } from '../../../test/contract/cluster-fixture.ts'
import { runProgram } from '../../../test/contract/program-run.ts'
import { describeAsRoot } from '../../../test/contract/as-root.ts'
import { entryAt, makeRoot, removeRoot } from '../../../test/contract/scratch-root.ts'
import { isFilePlace, type Diagnostic } from '../../diagnostics/diagnostic.ts'
import { compileNode } from '../../programs/programs.ts'
import { openCluster, roleSchemas } from '../open.ts'
import { registryOf } from './load-own.ts'

const documented = [...readFileSync('docs/own-roles.md', 'utf8').matchAll(/```\w+ file=(\S+)\n([^]*?)```/g)]
const CLUSTER =
  'cluster: office\ndomain: office.example.net\nnodes: { hammond: { address: 192.0.2.1, model: pi4, memory: 4GiB, labels: { room: attic } } }\n'
const HEAD = "import { defineRole, file, service, z } from 'bramble'\nexport default defineRole({\n"
const REST = "  summary: 'Greets.',\n  options: z.strictObject({}),\n"

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-own-'))
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

async function opened() {
  const found = await openCluster({ folder, lab: false })
  if (!('cluster' in found)) throw new Error(JSON.stringify(found.diagnostics, undefined, 2))
  return found.cluster
}

function told({ code, summary, fix, where }: Diagnostic): readonly unknown[] {
  const place =
    where && isFilePlace(where) ? `${where.file.split('/').slice(-2).join('/')}:${where.line}` : undefined
  return [code, place, summary.replace(/\S*bramble-own-[^/]*\//, ''), fix]
}

async function wrong(files: Readonly<Record<string, string>>, uses = ''): Promise<readonly unknown[][]> {
  write({ 'cluster.yaml': `${CLUSTER}roles:\n  base: { on: all }\n${uses}`, ...files })
  const found = await openCluster({ folder, lab: false })
  return ('cluster' in found ? found.cluster : found).diagnostics.map((one) => [...told(one)])
}

describe('own roles and kinds', () => {
  it('of the documentation do what it says', async () => {
    write(Object.fromEntries(documented.map(([, path = '', text = '']) => [path, text])))
    const { resolved, diagnostics } = await opened()
    expect(diagnostics).toEqual([])
    const provisions = { secrets: secretsFixture(), release: releaseFixture }
    const program = compileNode(resolved, 'hammond', provisions)
    const addresses = [...program.resources.values()].map(({ address }) => address)
    expect(addresses).toContain('file:/etc/motd')
    expect(addresses).toContain('stamp:/run/heartbeat')
    const texts = [...program.contents.values()].map(({ bytes }) =>
      'path' in bytes ? '' : Buffer.from(bytes).toString(),
    )
    expect(texts).toContain('hammond in the attic: good morning\n')
    expect(program.text).toContain('stamp_compare() {\n')
  })

  it('of the example rainbow greet with the labels of the node', async () => {
    cpSync('examples/rainbow/roles', join(folder, 'roles'), { recursive: true })
    write({ 'cluster.yaml': `${CLUSTER}roles:\n  greeting: { on: all }\n` })
    const { resolved } = await opened()
    const program = compileNode(resolved, 'hammond', { secrets: secretsFixture(), release: releaseFixture })
    const [content] = [...program.contents.values()]
    const text = content && !('path' in content.bytes) ? Buffer.from(content.bytes).toString() : ''
    expect(text).toBe(
      'hammond, a pi4 of the cluster office\ndoes: \nroom: attic\nBe gentle, this is a small board.\n',
    )
  })

  it('are checked in the cluster file like all others', async () => {
    const greeting = `${HEAD}  name: 'greeting',\n  summary: 'Greets.',\n  options: z.strictObject({ text: z.string() }),\n  resources: () => [],\n})\n`
    const found = await wrong(
      { 'roles/greeting.ts': greeting },
      '  greeting: { on: all, txt: hello }\n  greting: { on: all }\n',
    )
    expect(found.map(([code, , , fix]) => [code, fix])).toEqual([
      ['MISSING_KEY', expect.anything()],
      ['UNKNOWN_KEY', 'did you mean text?'],
      ['UNKNOWN_ROLE', 'did you mean greeting?'],
    ])
  })

  it('cost nothing where there are none', async () => {
    const registry = await registryOf(folder)
    expect(registry.roles).toBe(roleSchemas())
    expect(registry.diagnostics).toEqual([])
  })
})

describe('a mistake in an own role is told with its file and line', () => {
  const role = (members: string) => ({
    'roles/greeting.ts': `${HEAD}  name: 'greeting',\n${REST}${members}})\n`,
  })

  it.each([
    [
      'what does not parse',
      { 'roles/greeting.ts': 'export default {\n  name: ,\n}\n' },
      'OWN_FILE_FAILED',
      2,
    ],
    [
      'what throws',
      { 'roles/greeting.ts': "const a = 1\n\nthrow new Error('no luck')\n" },
      'OWN_FILE_FAILED',
      3,
    ],
    [
      'what imports what is not there',
      { 'roles/greeting.ts': "import a from './nothing.ts'\nexport default a\n" },
      'OWN_FILE_FAILED',
      1,
    ],
    ['no default export', { 'roles/greeting.ts': 'export const a = 1\n' }, 'OWN_FILE_WRONG', 1],
    ['an empty file', { 'roles/greeting.ts': '' }, 'OWN_FILE_WRONG', 1],
    ['no role', { 'roles/greeting.ts': 'const a = 1\nexport default a\n' }, 'OWN_FILE_WRONG', 2],
    [
      'another name',
      { 'roles/greeting.ts': `${HEAD}  name: 'gretting',\n${REST}  resources: () => [],\n})\n` },
      'OWN_FILE_WRONG',
      3,
    ],
    ['a name with capitals', { 'roles/Greeting.ts': '' }, 'OWN_FILE_WRONG', 1],
    [
      'a name that is taken',
      { 'roles/base.ts': `${HEAD}  name: 'base',\n${REST}  resources: () => [],\n})\n` },
      'OWN_NAME_TAKEN',
      1,
    ],
    ['a misspelt member', role('  resource: () => [],\n'), 'OWN_FILE_WRONG', 6],
    ['no resources', role(''), 'OWN_FILE_WRONG', 2],
    [
      'options that are no schema',
      {
        'roles/greeting.ts': `${HEAD}  name: 'greeting',\n  summary: 'x',\n  options: {},\n  resources: () => [],\n} as never)\n`,
      },
      'OWN_FILE_WRONG',
      5,
    ],
  ])('%s', async (_, files, code, line) => {
    const found = await wrong(files)
    expect(found.map(([one, place]) => [one, String(place).split(':').at(-1)])).toEqual([
      [code, String(line)],
    ])
  })

  it.each([
    [
      'throws when it is asked',
      '  resources: ({ node }) => {\n    throw new Error(`no ${node.name}`)\n  },\n',
      7,
      'no hammond',
    ],
    [
      'gives a kind what it does not take',
      "  resources: () => [\n    file({ path: 'etc/motd', content: '' }),\n  ],\n",
      7,
      /^path must be an absolute path/,
    ],
    ['gives no list', '  resources: () => undefined as never,\n', 1, 'it gives no list of resources'],
    [
      'gives no resources',
      '  resources: () => [{ path: 1 }] as never,\n',
      1,
      'item 1 of its list is no resource',
    ],
    ['gives a promise', '  resources: (async () => []) as never,\n', 1, /promise/],
    [
      'throws in its findings',
      "  findings: () => {\n    throw new Error('none')\n  },\n  resources: () => [],\n",
      7,
      'none',
    ],
  ])('a role that %s (OWN_ROLE_FAILED)', async (_, members, line, problem) => {
    const [first, ...others] = await wrong(role(members), '  greeting: { on: all }\n')
    expect(others).toEqual([])
    const step = members.includes('findings') ? 'findings' : 'resources'
    const summary =
      typeof problem === 'string'
        ? `the role greeting fails in ${step}: ${problem}`
        : expect.stringMatching(problem.source.replace('^', `^the role greeting fails in ${step}: `))
    expect(first?.slice(0, 3)).toEqual(['OWN_ROLE_FAILED', `roles/greeting.ts:${line}`, summary])
  })

  it('tells of all files at once, and of what else is wrong with the cluster file', async () => {
    const found = await wrong(
      { 'roles/a.ts': 'throw new Error("a")\n', 'roles/b.ts': '', 'kinds/c/c.ts': 'throw new Error("c")\n' },
      '  a: { on: all }\n  base2: { on: nobody }\n',
    )
    expect(found.map(([code]) => code)).toEqual(['OWN_FILE_FAILED', 'OWN_FILE_WRONG', 'OWN_FILE_FAILED'])
  })
})

describe('a mistake in an own kind is told with its file and line', () => {
  const files = Object.fromEntries(
    documented.map(([, path = '', text = '']) => [path, text]).filter(([path]) => path?.startsWith('kinds/')),
  )
  const shell = files['kinds/stamp/stamp.sh'] ?? ''

  it.each([
    ['no shell', { 'kinds/stamp/stamp.sh': undefined }, 'OWN_SHELL_WRONG', /is not there$/],
    [
      'shell that does not parse',
      { 'kinds/stamp/stamp.sh': `${shell}\nif [ 1 ]; then\n` },
      'OWN_SHELL_WRONG',
      /is no shell: /,
    ],
    [
      'a function of another',
      { 'kinds/stamp/stamp.sh': `${shell}\nput() {\n  :\n}\n` },
      'OWN_SHELL_WRONG',
      /has a function put/,
    ],
    [
      'a function that lacks',
      { 'kinds/stamp/stamp.sh': shell.replace('stamp_remove', 'stamp_removes') },
      'OWN_SHELL_WRONG',
      /has no function stamp_remove$/,
    ],
    ['no kind', { 'kinds/stamp/stamp.ts': 'export default 7\n' }, 'OWN_FILE_WRONG', /exports no kind/],
    [
      'no file of the name',
      { 'kinds/stamp/stamp.ts': undefined, 'kinds/stamp/stemp.ts': '' },
      'OWN_FILE_WRONG',
      /is not there$/,
    ],
  ])('%s', async (_, changed, code, summary) => {
    const all = Object.entries({ ...files, ...changed }).filter(
      (one): one is [string, string] => one[1] !== undefined,
    )
    const found = await wrong(Object.fromEntries(all))
    expect(found.map(([one, , said]) => [one, said])).toEqual([[code, expect.stringMatching(summary)]])
  })
})

describeAsRoot('an own kind on a node', () => {
  it('is made, is then as wanted, and is removed', async () => {
    write(Object.fromEntries(documented.map(([, path = '', text = '']) => [path, text])))
    const { kinds } = await registryOf(folder)
    write({ 'cluster.yaml': `${CLUSTER}roles:\n  heartbeat: { on: all }\n` })
    const { resolved } = await opened()
    const program = compileNode(resolved, 'hammond', { secrets: secretsFixture(), release: releaseFixture })
    const root = await makeRoot()
    try {
      const first = await runProgram(root, program, 'converge')
      expect(first.changed).toEqual(['stamp:/run/heartbeat'])
      expect(await entryAt(root, '/run/heartbeat', '')).toBe('set up for office\n')
      expect((await runProgram(root, program, 'check')).differing).toEqual([])
      expect(Object.keys(kinds)).toContain('stamp')
    } finally {
      await removeRoot(root)
    }
  })
})
