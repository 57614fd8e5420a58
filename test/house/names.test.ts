/** Names say what a thing is: one word for each idea, and no drawer for whatever fits nowhere else. */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ownFiles } from './own-files.ts'

/** Words that say nothing, and words for which we have another one (in brackets). */
const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ['util', 'say what it does'],
  ['utils', 'say what it does'],
  ['helper', 'say what it does'],
  ['helpers', 'say what it does'],
  ['common', 'say what they have in common'],
  ['misc', 'say what it is'],
  ['manager', 'say what it does'],
  ['handler', 'say what it does; and nothing is triggered here'],
  ['handlers', 'say what it does; and nothing is triggered here'],
  ['data', 'say of what'],
  ['info', 'say of what'],
  ['inventory', 'cluster file'],
  ['playbook', 'program'],
  ['payload', 'program'],
  ['task', 'resource'],
  ['tasks', 'resources'],
  ['deployment', 'rollout'],
  ['backend', 'delivery'],
  ['connector', 'transport'],
  ['machine', 'node'],
  ['machines', 'nodes'],
  ['device', 'board'],
  ['devices', 'boards'],
  ['host', 'node'],
  ['testbed', 'lab'],
])

/** Names, or files with all their names, that somebody else named so, or where the word is the right one. */
const ALLOWED: Readonly<Record<string, string>> = {
  'bench/machine.ts': 'the computer that a benchmark ran on, which is no node',
  commonName: 'a field of X.509 (RFC 5280)',
  CommonOptions: 'what the options of all kinds have in common',
  MACHINE_ID: 'machine-id(5)',
  modelFromDeviceTree: 'the device tree of Linux',
  newHostKey: 'a host key of SSH (RFC 4251)',
}

const code = ownFiles().filter(
  (path) => /^(src|test|scripts|bench|faults)\//.test(path) && /\.(ts|sh|mjs)$/.test(path),
)

/** `readFileText`, `read-file-text` and `READ_FILE` as their words. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[ _.-]+/)
}

function complaints(name: string, place: string): string[] {
  if (Object.hasOwn(ALLOWED, name) || Object.hasOwn(ALLOWED, place)) return []
  const words = wordsOf(name).filter((word) => FORBIDDEN.has(word))
  return words.map((word) => `${place}: ${name} (${word}: ${FORBIDDEN.get(word)})`)
}

describe('names', () => {
  it('of files and folders use no forbidden word', () => {
    const parts = new Map(
      code.flatMap((path) =>
        path
          .split('/')
          .map((part): [string, string] => [basename(part).replace(/\.(test|generated)?\.?\w+$/, ''), path]),
      ),
    )
    expect([...parts].flatMap(([name, path]) => complaints(name, path))).toEqual([])
  })

  it('of what is exported use no forbidden word', () => {
    const found = code
      .filter((path) => path.endsWith('.ts'))
      .flatMap((path) => {
        const text = readFileSync(path, 'utf8')
        const names = text.matchAll(/^export (?:async )?(?:function|const|class|interface|type) (\w+)/gm)
        return [...names].flatMap(([, name]) => complaints(name ?? '', path))
      })
    expect(found).toEqual([])
  })

  it('of files are words with hyphens between them', () => {
    const odd = code.filter(
      (path) => !/^[a-z\d]+(-[a-z\d]+)*(\.(test|generated))?\.\w+$/.test(basename(path)),
    )
    expect(odd).toEqual([])
  })

  it('are told apart into their words', () => {
    expect(wordsOf('readFileData')).toContain('data')
    expect(complaints('nodeManager', 'x.ts')).toHaveLength(1)
    expect(complaints('database', 'x.ts')).toEqual([])
  })

  it('that are allowed all the same are in use', () => {
    const text = code.map((path) => `${path}\n${readFileSync(path, 'utf8')}`).join('\n')
    expect(Object.keys(ALLOWED).filter((name) => !text.includes(name))).toEqual([])
  })
})
