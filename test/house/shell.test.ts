/** All shell is POSIX sh without surprises: what is kept in files, and the programs that are compiled from it. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCluster } from '../../src/api/open.ts'
import { prepare } from '../../src/api/run/prepare.ts'
import { run } from '../../src/support/run.ts'
import { ownFiles } from './own-files.ts'

/** Files of shell, with the ending or with the first line that says so. */
const scripts = ownFiles().filter(
  (path) =>
    path.endsWith('.sh') || (!/\.[a-z]+$/.test(path) && readFileSync(path, 'utf8').startsWith('#!/bin/sh')),
)

/**
 * What the sources of the runtime and of the kinds say by themselves about shellcheck, each with its reason beside it;
 * condensing takes these remarks out of programs.
 */
const saidInSources = [
  ...new Set(
    scripts
      .filter((path) => /^src\/(compile|resources)\//.test(path))
      .flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/# shellcheck .*\bdisable=([\w,]+)/g)])
      .flatMap(([, codes]) => (codes ?? '').split(',')),
  ),
]

/** checkbashisms is slow with long files, and slower when others work too. */
const WAIT_MILLISECONDS = 900_000

describe('shell in files', () => {
  it('is found', () => {
    expect(scripts).toContain('bin/bramble')
    expect(scripts.length).toBeGreaterThan(20)
  })

  it(
    'has nothing that shellcheck objects to',
    async () => {
      const { stdout } = await run('shellcheck', ['--shell=dash', '--format=gcc', ...scripts])
      expect(stdout.toString()).toBe('')
    },
    WAIT_MILLISECONDS,
  )

  it(
    'has no word of bash in it',
    async () => {
      expect(await bashisms(scripts)).toEqual([])
    },
    WAIT_MILLISECONDS,
  )
})

/** What checkbashisms found, with the line that it found it in. */
async function bashisms(files: readonly string[]): Promise<string[]> {
  const { code, stderr } = await run('checkbashisms', ['--force', '--lint', ...files])
  // 1: found something; anything above: it did not look.
  if (code > 1) throw new Error(stderr)
  return stderr.split('\n').filter((line) => /^possible bashism|^\S+:\d+: /.test(line))
}

describe.each(readdirSync('examples'))('the programs of examples/%s', (example) => {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-shell-'))
  const files: string[] = []
  /** The rows of each sort of node, and one whole program: what they begin with is the same. */
  const parts: string[] = []
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  beforeAll(async () => {
    const opened = await openCluster({ folder: join('examples', example), lab: false })
    if (!('cluster' in opened)) throw new Error(opened.diagnostics.map(({ summary }) => summary).join('\n'))
    const { cluster } = opened
    const { nodes, program } = await prepare(cluster, {}, 'read', () => Promise.resolve(new Map()), 'here')
    // Nodes with the same roles on the same board differ in values alone.
    const sorts = new Map(
      nodes.map((name) => [sortOf(cluster.nodes.find((node) => node.name === name)), name]),
    )
    for (const name of sorts.values()) {
      const file = join(folder, `${name}.sh`)
      const { text, slim } = program(name)
      writeFileSync(file, text)
      files.push(file)
      const part = join(folder, `${name}.rows.sh`)
      writeFileSync(part, parts.length === 0 ? text : slim)
      parts.push(part)
    }
  })

  it(
    'have nothing that shellcheck objects to',
    async () => {
      const args = ['--shell=dash', '--format=gcc', `--exclude=${saidInSources.join(',')}`]
      const { stdout } = await run('shellcheck', [...args, ...files])
      expect(stdout.toString()).toBe('')
    },
    WAIT_MILLISECONDS,
  )

  it(
    'have no word of bash in them',
    async () => {
      expect(await bashisms(parts)).toEqual([])
    },
    WAIT_MILLISECONDS,
  )
})

function sortOf(node: { readonly roles: readonly string[]; readonly model: string } | undefined): string {
  return JSON.stringify([node?.roles, node?.model])
}
