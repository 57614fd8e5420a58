/** Names say what a thing is: one word for each idea, and no drawer for whatever fits nowhere else. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

/** A word with the meaning that an engine gives it, in that engine's own folder and in roles that are called after it. */
interface Term {
  readonly engine: string
  readonly word: string
  readonly meaning: string
}

/** Words that an engine has for its own things: `src/engines/ENGINE/terms.txt`, a line `WORD: what it means there` each. */
function termsOf(engine: string): Term[] {
  const path = `src/engines/${engine}/terms.txt`
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  return lines.map((line) => {
    const [, word = line, meaning = ''] = /^([a-z]+): (.+)$/.exec(line) ?? []
    return { engine, word, meaning }
  })
}

const engines = readdirSync('src/engines', { withFileTypes: true }).filter((entry) => entry.isDirectory())
const terms = engines.flatMap(({ name }) => termsOf(name))

/** Folders that read what another tool has written, and its words there. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  'src/ansible/': ['inventory', 'host'],
}
const isForeign = (word: string, place: string): boolean =>
  Object.entries(FOREIGN).some(([folder, words]) => place.startsWith(folder) && words.includes(word))

/** Is this word, in this file, the engine's own? */
function isTerm(word: string, place: string, known: readonly Term[] = terms): boolean {
  return known.some(
    ({ engine, word: own }) =>
      own === word && new RegExp(`^(src/(engines|roles)|test/lanes)/${engine}(-[a-z-]+)?/`).test(place),
  )
}

/** `readFileText`, `read-file-text` and `READ_FILE` as their words. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[ _.-]+/)
}

function complaints(name: string, place: string): string[] {
  if (Object.hasOwn(ALLOWED, name) || Object.hasOwn(ALLOWED, place)) return []
  const words = wordsOf(name).filter(
    (word) => FORBIDDEN.has(word) && !isTerm(word, place) && !isForeign(word, place),
  )
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

  it('may use a word as an engine means it, in its own folders and nowhere else', () => {
    const known = [{ engine: 'choir', word: 'manager', meaning: 'who holds the book' }]
    expect(isTerm('manager', 'src/roles/choir-manager/choir-manager.ts', known)).toBe(true)
    expect(isTerm('manager', 'src/engines/choir/book.ts', known)).toBe(true)
    expect(isTerm('manager', 'src/engines/choirs/book.ts', known)).toBe(false)
    expect(isTerm('helper', 'src/engines/choir/book.ts', known)).toBe(false)
    expect(isTerm('manager', 'src/rollout/choir.ts', known)).toBe(false)
  })

  it('that an engine means in its own way are told with that meaning, and needed', () => {
    for (const { word, meaning } of terms) {
      expect(FORBIDDEN.has(word), word).toBe(true)
      expect(meaning, word).not.toBe('')
    }
  })

  it('that are allowed all the same are in use', () => {
    const text = code.map((path) => `${path}\n${readFileSync(path, 'utf8')}`).join('\n')
    expect(Object.keys(ALLOWED).filter((name) => !text.includes(name))).toEqual([])
  })
})
