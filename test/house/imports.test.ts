/** A folder imports only from its own row of ARCHITECTURE.md and the rows above it; the table is read, not repeated. */
import { readFileSync, readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../src/support/run.ts'

interface Cruise {
  readonly modules: readonly {
    readonly source: string
    readonly dependencies: readonly { readonly resolved: string }[]
  }[]
  readonly summary: { readonly violations: readonly object[] }
}

/** An import, by the paths of both files. */
interface Import {
  readonly from: string
  readonly to: string
}

/** Folders by row, lowest first, as in `| 3 | `hardware` … |`; `resources/<kind>` stands for all of `resources`. */
function rowsOf(architecture: string): ReadonlyMap<string, number> {
  const rows = [...architecture.matchAll(/^\|\s*(\d+)\s*\|([^|]+)\|/gm)]
  return new Map(
    rows.flatMap(([, row, folders]) =>
      [...(folders ?? '').matchAll(/`([^`]+)`/g)].map(([, folder]): [string, number] => [
        (folder ?? '').replace(/<.*$/, ''),
        Number(row),
      ]),
    ),
  )
}

/** The row of a file: of all folders that it lies in, the longest counts. `src/index.ts` offers everything below the commands. */
function rowOf(path: string, rows: ReadonlyMap<string, number>): number | undefined {
  const below = path.replace(/^src\//, '')
  if (below === 'index.ts') return rows.get('cli')
  const folders = [...rows.keys()].filter((folder) => {
    const prefix = folder.replace(/\/$/, '')
    return below.startsWith(`${prefix}/`) || below.startsWith(`${prefix}.`)
  })
  const longest = folders.toSorted((a, b) => b.length - a.length)[0]
  return longest === undefined ? undefined : rows.get(longest)
}

/** Imports that go up the table. */
function upwards(imports: readonly Import[], rows: ReadonlyMap<string, number>): string[] {
  return imports
    .filter(({ from, to }) => (rowOf(from, rows) ?? 0) < (rowOf(to, rows) ?? Infinity))
    .map(({ from, to }) => `${from} imports ${to}`)
}

/** Imports of one role's files by another role. */
function acrossRoles(imports: readonly Import[]): string[] {
  const roleOf = (path: string): string | undefined => /^src\/roles\/([^/]+)\/./.exec(path)?.[1]
  return imports
    .filter(({ from, to }) => roleOf(from) && roleOf(to) && roleOf(from) !== roleOf(to))
    .map(({ from, to }) => `${from} imports ${to}`)
}

const rows = rowsOf(readFileSync('ARCHITECTURE.md', 'utf8'))
let cruise: Cruise
let imports: readonly Import[]

beforeAll(async () => {
  const args = ['--config', '.dependency-cruiser.json', '--output-type', 'json', 'src']
  const { code, stdout, stderr } = await run('node_modules/.bin/depcruise', args)
  // The status is the number of violations, which a test of its own tells.
  if (stdout.length === 0) throw new Error(`dependency-cruiser ended with ${code}: ${stderr}`)
  cruise = JSON.parse(stdout.toString()) as Cruise
  const isProduct = (path: string): boolean =>
    path.startsWith('src/') && !/\.test\.ts$|\/testing\//.test(path)
  imports = cruise.modules.flatMap(({ source, dependencies }) =>
    dependencies
      .map(({ resolved }) => ({ from: source, to: resolved }))
      .filter(({ from, to }) => isProduct(from) && isProduct(to)),
  )
})

describe('the table of folders', () => {
  it('has every folder of src, and src every folder of the table', () => {
    const inTable = [...rows.keys()].map((folder) => folder.split('/')[0])
    const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(new Set(folders.map(({ name }) => name))).toEqual(new Set(inTable))
  })

  it('tells an import upwards from one downwards', () => {
    const up = { from: 'src/support/run.ts', to: 'src/cli/program.ts' }
    expect(upwards([up], rows)).toEqual(['src/support/run.ts imports src/cli/program.ts'])
    expect(upwards([{ from: up.to, to: up.from }], rows)).toEqual([])
    expect(
      upwards([{ from: 'src/engines/contract.ts', to: 'src/engines/consul/api.ts' }], rows),
    ).toHaveLength(1)
  })
})

describe('imports', () => {
  // With a TypeScript that it does not know, dependency-cruiser finds no module and no fault.
  it('were looked at in every file', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    )
    const seen = cruise.modules.filter(({ source }) => source.startsWith('src/'))
    expect(seen.map(({ source }) => source).toSorted()).toEqual(files.map((name) => `src/${name}`).toSorted())
    expect(imports.length).toBeGreaterThan(files.length / 2)
  })

  it('never go up the table', () => {
    expect(upwards(imports, rows)).toEqual([])
  })

  it('never lead from one role to another', () => {
    expect(acrossRoles(imports)).toEqual([])
  })

  it('never go in circles, into tests, or to libraries that are not declared', () => {
    expect(cruise.summary.violations).toEqual([])
  })
})
