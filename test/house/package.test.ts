/** The package as somebody gets it: what is in it, and that it works in a folder that knows nothing of this repository. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run, type RunResult } from '../../src/support/run.ts'

const WAIT_MILLISECONDS = 600_000
const YAML =
  'cluster: office\ndomain: office.example.net\nnodes: { a: { address: 192.0.2.1 } }\nroles: { base: { on: all } }\n'
const TYPED = `import { defineCluster } from 'bramble'
export default defineCluster({ cluster: 'office', domain: 'office.example.net', nodes: { a: { address: '192.0.2.1' } }, roles: { base: { on: 'all' } } })
`

const top = mkdtempSync(join(tmpdir(), 'bramble-package-'))
/** A project that has the package installed, and a folder that has nothing. */
const project = join(top, 'project')
const installed = join(project, 'node_modules/bramble')
const elsewhere = join(top, 'elsewhere')

const start = (words: readonly string[], folder = project): Promise<RunResult> =>
  run(process.execPath, words, { folder, timeoutSeconds: 300 })
const bramble = (folder: string, ...words: string[]): Promise<RunResult> =>
  start([join(installed, 'dist/cli/main.cjs'), ...words], folder)

/** The code blocks of docs/api.md by the file that they are to be. */
function example(file: string): string {
  const text = readFileSync('docs/api.md', 'utf8')
  return new RegExp(`\`\`\`ts file=${file}\\n([^]*?)\`\`\``).exec(text)?.[1] ?? ''
}

function place(folder: string, file: string, text: string): string {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, file), text)
  return folder
}

beforeAll(async () => {
  const packed = await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', top], {})
  expect(packed, packed.stderr).toMatchObject({ code: 0 })
  mkdirSync(installed, { recursive: true })
  const archive = readdirSync(top).find((name) => name.endsWith('.tgz')) ?? ''
  const unpacked = await run('tar', ['-xzf', join(top, archive), '-C', installed, '--strip-components=1'], {})
  expect(unpacked).toMatchObject({ code: 0 })
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object }
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    mkdirSync(dirname(join(project, 'node_modules', name)), { recursive: true })
    symlinkSync(resolve('node_modules', name), join(project, 'node_modules', name))
  }
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }\n')
}, WAIT_MILLISECONDS)
afterAll(() => rmSync(top, { recursive: true, force: true }))

describe('the package', () => {
  it('holds no tests, and every page that its README leads to', () => {
    const files = readdirSync(installed, { recursive: true }).map(String)
    expect(files.filter((path) => /\.test\.|(^|\/)(test|testing|bench|faults)(\/|$)/.test(path))).toEqual([])
    const readme = readFileSync(join(installed, 'README.md'), 'utf8')
    const links = [...readme.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, path]) => path ?? '')
    expect(links.length).toBeGreaterThan(5)
    expect(links.filter((path) => !existsSync(join(installed, path)))).toEqual([])
  })

  it(
    'checks a cluster file in a folder that has nothing installed, in YAML and in TypeScript',
    async () => {
      expect((await bramble(project, '--version')).stdout.toString()).toMatch(/^\d+\.\d+\.\d+\n$/)
      for (const [file, text] of [
        ['cluster.yaml', YAML],
        ['cluster.ts', TYPED],
      ] as const) {
        const { code, stdout, stderr } = await bramble(place(elsewhere, file, text), 'check')
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        expect(stdout.toString()).toContain('office: 1 node, 1 role, no mistakes')
      }
    },
    WAIT_MILLISECONDS,
  )

  it(
    'is read by bin/bramble from any folder, too',
    async () => {
      const folder = place(elsewhere, 'cluster.ts', TYPED)
      const { code, stderr } = await run(resolve('bin/bramble'), ['check'], { folder, timeoutSeconds: 300 })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    },
    WAIT_MILLISECONDS,
  )

  it(
    'loads a role of the user in the bundle, wherever it lies',
    async () => {
      const folder = place(elsewhere, 'cluster.yaml', YAML.replace('base: {', 'greeting: {'))
      mkdirSync(join(folder, 'roles'), { recursive: true })
      const role =
        "import { defineRole, file, z } from 'bramble'\nexport default defineRole({ name: 'greeting', summary: 'Greets.', options: z.strictObject({}), resources: () => [file({ path: '/etc/motd', content: 'hello' })] })\n"
      writeFileSync(join(folder, 'roles/greeting.ts'), role)
      expect(await bramble(folder, 'check')).toMatchObject({ code: 0, stderr: '' })
    },
    WAIT_MILLISECONDS,
  )

  it(
    'tells the line at which a typed cluster file fails',
    async () => {
      const broken = TYPED.replace("cluster: 'office'", 'cluster: nameOf(1)')
      const { code, stderr } = await bramble(place(elsewhere, 'cluster.ts', broken), 'check')
      expect(code).toBe(1)
      expect(stderr).toContain(
        'error TYPED_FILE_FAILED: cluster.ts fails: nameOf is not defined\n  cluster.ts:2:41\n',
      )
    },
    WAIT_MILLISECONDS,
  )

  it(
    'has types by which a misspelt key and an unknown role do not compile',
    async () => {
      const tsc = resolve('node_modules/@typescript/native/bin/tsc')
      const compile = async (text: string): Promise<string> => {
        writeFileSync(join(project, 'cluster.ts'), text)
        const options = [
          '--noEmit',
          '--strict',
          '--module',
          'nodenext',
          '--target',
          'es2023',
          '--types',
          'node',
        ]
        return (await start([tsc, ...options, 'cluster.ts'])).stdout.toString()
      }
      expect(await compile(example('cluster.ts'))).toBe('')
      expect(await compile(example('plan.ts'))).toBe('')
      expect(await compile(TYPED.replace("on: 'all'", "on: 'all', timezon: 'UTC'"))).toContain(
        "'timezon' does not exist",
      )
      expect(await compile(TYPED.replace('base:', 'bases:'))).toContain("'bases' does not exist")
    },
    WAIT_MILLISECONDS,
  )
})

describe('the examples of docs/api.md', () => {
  const planned = async (folder: string): Promise<RunResult> => {
    writeFileSync(join(project, 'plan.ts'), example('plan.ts'))
    return start(['--import', resolve('node_modules/jiti/lib/jiti-register.mjs'), 'plan.ts', folder])
  }

  it(
    'a typed cluster file passes the check',
    async () => {
      const { code, stderr } = await bramble(place(elsewhere, 'cluster.ts', example('cluster.ts')), 'check')
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    },
    WAIT_MILLISECONDS,
  )

  it(
    'a program is told of mistakes by what is thrown, and of nodes by events',
    async () => {
      const wrong = await planned(
        place(elsewhere, 'cluster.yaml', YAML.replace('on: all', 'on: all, timezon: UTC')),
      )
      expect(wrong.code).toBe(1)
      expect(wrong.stderr).toBe('UNKNOWN_KEY: roles.base has no key "timezon"\n  did you mean timezone?\n')
      const nobody = YAML.replace('192.0.2.1 }', '127.0.0.1, port: 1 }')
      const away = await planned(place(elsewhere, 'cluster.yaml', nobody))
      expect(away).toMatchObject({ code: 1, stderr: '' })
      expect(away.stdout.toString()).toMatch(/^a: .+\nfailed\n$/)
    },
    WAIT_MILLISECONDS,
  )
})
