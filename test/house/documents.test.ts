/** What the documents name is there: paths, npm scripts, commands, and cluster files that are in order. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { habitText } from '../../src/cli/habits.ts'
import { VERBS } from '../../src/cli/verbs.ts'
import { readClusterFile } from '../../src/cluster-file/read.ts'
import { roleSchemas } from '../../src/api/open.ts'
import { bramble, scratchFolder } from '../cli/command-run.ts'
import { ownFiles } from './own-files.ts'

const PUBLIC_KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILV5MoHhCy1DW7/21X6+3DxncJgcdsVSh2SyAvwhVrnd you@laptop'

const documents = ownFiles().filter((path) => path.endsWith('.md') && !path.startsWith('docs/reference/'))
const scripts = Object.keys(
  (JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: object }).scripts,
)
const verbs: readonly string[] = [...VERBS.map(({ name }) => name), 'help', 'demo']
/** The top folders and files; a word with a slash that does not begin with one of them is no path of ours. */
const TOP = new Set(
  readdirSync('.').filter((name) => !['node_modules', '.git', '.cache', 'dist'].includes(name)),
)

/** Paths in backquotes, and where links lead; `<name>` and `*` stand for anything, so what is before them counts. */
function pathsIn(text: string, document: string): string[] {
  const quoted = [...text.matchAll(/`((?:\.\/)?[\w.@-]+(?:\/[\w.@<>*-]*)+)`/g)]
    .map(([, path]) => normalize((path ?? '').replace(/[^/]*[<*].*$/, '')))
    .filter((path) => TOP.has(path.split('/')[0] ?? ''))
  const linked = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, path]) =>
    join(dirname(document), path ?? ''),
  )
  return [...quoted, ...linked]
}

describe.each(documents)('%s', (document) => {
  const text = readFileSync(document, 'utf8')

  it('names only paths that are there', () => {
    expect(pathsIn(text, document).filter((path) => !existsSync(path))).toEqual([])
  })

  it('names only npm scripts and commands that are there', () => {
    const npm = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name ?? '')
    expect(npm.filter((name) => !scripts.includes(name))).toEqual([])
    const typed = [...text.matchAll(/(?:^|`|\.\/bin\/|\$ )bramble (?:-[Cf] \S+ |--lab )*([a-z-]+)\b/gm)]
    const unknown = typed
      .map(([, verb]) => verb ?? '')
      .filter((verb) => !verbs.includes(verb) && habitText(verb) === undefined)
    expect(unknown).toEqual([])
  })

  it('shows only cluster files that are in order', () => {
    const blocks = [...text.matchAll(/```yaml\n([^]*?)```/g)].map(([, block]) => block ?? '')
    // One that includes others is no whole without them.
    for (const block of blocks.filter((yaml) => /^cluster:/m.test(yaml) && !/^include:/m.test(yaml))) {
      const { diagnostics } = readClusterFile({ path: document, text: block }, { roles: roleSchemas() })
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    }
  })
})

describe('the cluster file of README.md', () => {
  it('passes bramble check as it stands', async () => {
    const folder = scratchFolder()
    const [, yaml = ''] = /```yaml\n([^]*?)```/.exec(readFileSync('README.md', 'utf8')) ?? []
    // Only the reader has a key of that name.
    writeFileSync(join(folder, 'cluster.yaml'), yaml.replace('~/.ssh/id_ed25519.pub', `'${PUBLIC_KEY}'`))
    const { code, err } = await bramble(['check'], { folder })
    expect(err).toBe('')
    expect(code).toBe(0)
  })
})

describe('the search for paths', () => {
  it('finds those that are there and those that are not', () => {
    expect(
      pathsIn('`src/cli/main.ts` `src/<name>/x.ts` [a](../b.md) `and/or` `npm test`', 'docs/x.md'),
    ).toEqual(['src/cli/main.ts', 'src/', 'b.md'])
  })
})
