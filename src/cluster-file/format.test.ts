import { readFileSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { formatYaml } from './format.ts'

const TOP = fileURLToPath(new URL('../..', import.meta.url))
const examples = readdirSync(`${TOP}/examples`).flatMap((name) =>
  readdirSync(`${TOP}/examples/${name}`)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => `${name}/${file}`),
)

function formatted(text: string): string {
  const result = formatYaml('cluster.yaml', text)
  if (!('text' in result)) throw new Error(result.diagnostics.map(({ summary }) => summary).join('\n'))
  return result.text
}

const wide = (count: number): string =>
  Array.from({ length: count }, (_, i) => `key${i}: value${i}`).join(', ')

describe('the canonical form', () => {
  it.each(examples)('is that of the example %s', (file) => {
    const text = readFileSync(`${TOP}/examples/${file}`, 'utf8')
    expect(formatted(text)).toBe(text)
  })

  it('is its own canonical form, and says the same, for every faulty file that can be read', () => {
    let read = 0
    for (const name of readdirSync(`${TOP}/test/errors`, { withFileTypes: true })) {
      const file = `${TOP}/test/errors/${name.name}/cluster.yaml`
      if (
        !name.isDirectory() ||
        !readdirSync(`${TOP}/test/errors/${name.name}`).includes('cluster.yaml') ||
        statSync(file).isDirectory()
      )
        continue
      const text = new TextDecoder().decode(readFileSync(file))
      const result = formatYaml(file, text)
      if (!('text' in result)) continue
      read++
      expect(formatted(result.text), file).toBe(result.text)
      expect(parse(result.text, { uniqueKeys: false, merge: true, logLevel: 'silent' })).toEqual(
        parse(text, { uniqueKeys: false, merge: true, logLevel: 'silent' }),
      )
    }
    expect(read).toBeGreaterThan(30)
  })

  it.each([
    ['spaces', 'a:    1\nb:\n    c: 2\n', 'a: 1\nb:\n  c: 2\n'],
    ['lists in brackets', 'a: [ 1,2 ]\nb: {c: [3]}\n', 'a: [1, 2]\nb: { c: [3] }\n'],
    ['lists in blocks', 'a:\n- 1\n-   2\n', 'a:\n  - 1\n  - 2\n'],
    ['empty lines', '\n\na: 1\n\n\n\nb:\n\n  c: 2\n\n\n', 'a: 1\n\nb:\n  c: 2\n'],
    ['a missing line end', 'a: 1', 'a: 1\n'],
    ['a map that was broken and fits', 'a: {\n  b: 1,\n  c: 2\n}\n', 'a: { b: 1, c: 2 }\n'],
  ])('puts %s right', (_what, before, after) => expect(formatted(before)).toBe(after))

  it.each([
    ['comments', '# head\n\na: 1 # one\n# between\nb:\n  # in\n  - 2 # two\n  # behind\n# end\n'],
    ['quotes', `a: '1'\nb: "two\\n"\nc: ':22'\n`],
    ['anchors and merges', 'a: &x { b: 1 }\nc:\n  <<: *x\n  d: 2\n'],
    ['texts of several lines', 'a: |\n  one\n    two\n\n  three\nb: >-\n  four\n  five\n'],
    ['texts that are long', `a: ${'word '.repeat(60).trim()}\n`],
    ['empty values', 'a:\nb: ""\nc: {}\nd: []\n'],
    ['the order of keys', 'z: 1\na: 2\nm: 3\n'],
  ])('leaves %s as they are', (_what, text) => expect(formatted(text)).toBe(text))

  it('moves what does not fit to a line of its own, then breaks it', () => {
    expect(formatted(`a: { ${wide(6)}, k: v }\n`).split('\n')).toHaveLength(2)
    const own = formatted(`a-rather-long-name-of-a-node: { ${wide(6)} }\n`)
    expect(own).toBe(`a-rather-long-name-of-a-node:\n  { ${wide(6)} }\n`)
    const broken = formatted(`a: { ${wide(9)} }\n`)
    expect(broken).toMatch(/^a:\n {2}\{\n {4}key0: value0,\n/)
    for (const text of [own, broken]) expect(formatted(text)).toBe(text)
  })

  it('keeps the line ends of a file', () => {
    expect(formatted('a:   1\r\nb: |\r\n  x\r\n')).toBe('a: 1\r\nb: |\r\n  x\r\n')
  })

  it('refuses what cannot be read, with its place', () => {
    const result = formatYaml('cluster.yaml', 'a: [1\n')
    expect(result).toMatchObject({ diagnostics: [{ code: 'YAML_SYNTAX', where: { file: 'cluster.yaml' } }] })
  })
})
