/** What the documents name is there: paths, npm scripts, commands, and cluster files that are in order. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { VERBS } from '../../src/cli/verbs.ts'
import { readClusterFile } from '../../src/cluster-file/read.ts'
import { roleSchemas } from '../../src/cluster/open.ts'
import { ownFiles } from './own-files.ts'

const documents = ownFiles().filter((path) => path.endsWith('.md') && !path.startsWith('docs/reference/'))
const scripts = Object.keys(
  (JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: object }).scripts,
)
const verbs: readonly string[] = [...VERBS.map(({ name }) => name), 'help', 'demo']
/** The top folders and files; a word with a slash that does not begin with one of them is no path of ours. */
const TOP = new Set(readdirSync('.').filter((name) => !['node_modules', '.git', 'dist'].includes(name)))

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
    const typed = [...text.matchAll(/(?:^|`|\.\/bin\/|\$ )bramble (?:-C \S+ |--lab )*([a-z-]+)\b/gm)]
    expect(typed.map(([, verb]) => verb ?? '').filter((verb) => !verbs.includes(verb))).toEqual([])
  })

  it('shows only cluster files that are in order', () => {
    const blocks = [...text.matchAll(/```yaml\n([^]*?)```/g)].map(([, block]) => block ?? '')
    for (const block of blocks.filter((yaml) => /^cluster:/m.test(yaml))) {
      const { diagnostics } = readClusterFile({ path: document, text: block }, { roles: roleSchemas() })
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
    }
  })
})

describe('the search for paths', () => {
  it('finds those that are there and those that are not', () => {
    expect(
      pathsIn('`src/cli/main.ts` `src/<name>/x.ts` [a](../b.md) `and/or` `npm test`', 'docs/x.md'),
    ).toEqual(['src/cli/main.ts', 'src/', 'b.md'])
  })
})
