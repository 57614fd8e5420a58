import { describe, expect, it } from 'vitest'
import { readYaml } from './yaml-source.ts'

function read(text: string) {
  return readYaml('cluster.yaml', text)
}

const TEXT = `\
nodes:
  hammond: { address: 192.0.2.10, has: [hat, "a: b"] }
  oneil:
    address: 192.0.2.11
    has:
      - long one
      - name: x
        value: y
core: oneil
`

describe('the place of', () => {
  const { positions } = read(TEXT)

  it.each([
    ['a value', ['nodes', 'hammond', 'address'], 'of', [2, 23, 10]],
    ['a key', ['nodes', 'hammond', 'address'], 'ofKey', [2, 14, 7]],
    ['a quoted element, with its quotes', ['nodes', 'hammond', 'has', 1], 'of', [2, 46, 6]],
    ['a map on one line', ['nodes', 'hammond'], 'of', [2, 12, 43]],
    ['a map over several lines, which is its key', ['nodes', 'oneil'], 'of', [3, 3, 5]],
    ['a list over several lines, which is its key', ['nodes', 'oneil', 'has'], 'of', [5, 5, 3]],
    [
      'an element over several lines, of which it is the first',
      ['nodes', 'oneil', 'has', 1],
      'of',
      [7, 9, 7],
    ],
    ['the only element, where a list may stand', ['core', 0], 'of', [9, 7, 5]],
    [
      'a default, which is the key it would stand under',
      ['nodes', 'hammond', 'labels', 'x'],
      'of',
      [2, 3, 7],
    ],
    ['the file', [], 'of', [1, 1, 6]],
  ] as const)('%s', (_, path, which, [line, column, length]) => {
    expect(positions[which](path)).toEqual({ file: 'cluster.yaml', line, column, length })
  })

  it('a value behind an alias is where the value is written', () => {
    const { positions: aliased } = read('a: &one { b: 1 }\nc: *one\nd:\n  <<: *one\n')
    expect(aliased.of(['c', 'b'])).toMatchObject({ line: 1, column: 14 })
    expect(aliased.of(['d', 'b'])).toMatchObject({ line: 1, column: 14 })
    expect(aliased.ofKey(['c'])).toMatchObject({ line: 2, column: 1 })
  })
})

describe('values', () => {
  it.each([
    ['a version keeps its zero', '1.10', '1.10'],
    ['a serial number keeps its zeros', '0000000012345678', '0000000012345678'],
    ['a serial number is no power of ten', '10000000123e4567', '10000000123e4567'],
    ['a long number keeps its digits', '12345678901234567890', '12345678901234567890'],
    ['infinity is text', '.inf', '.inf'],
    ['a usual number is a number', '8080', 8080],
    ['"on" is text', 'on', 'on'],
    ['"no" is text', 'no', 'no'],
    ['true is true', 'true', true],
    ['a quoted number is text', '"22"', '22'],
  ])('%s', (_, written, value) => {
    expect(read(`key: ${written}`).value).toEqual({ key: value })
  })

  it('keep the names of keys as they are written', () => {
    expect(read('01: a\n1.0: b\ntrue: c\n').value).toEqual({ '01': 'a', '1.0': 'b', true: 'c' })
  })

  it('take over the keys of merged maps, earlier ones first, own ones before all', () => {
    const text = 'a: &a { x: 1, y: 1 }\nb: &b { y: 2, z: 2 }\nc: { <<: [*a, *b], z: 3 }\n'
    expect(read(text).value).toMatchObject({ c: { x: 1, y: 1, z: 3 } })
  })

  it('take a quoted << for a key like any other', () => {
    expect(read('"<<": 1').value).toEqual({ '<<': 1 })
  })

  it('use the last anchor of a name', () => {
    expect(read('a: &x 1\nb: *x\nc: &x 2\nd: *x\n').value).toEqual({ a: 1, b: 1, c: 2, d: 2 })
  })
})

describe('what is no cluster file', () => {
  it.each([
    ['a second document', 'a: 1\n---\nb: 2\n', 'YAML_SYNTAX'],
    ['an unknown tag', 'a: !secret x\n', 'YAML_SYNTAX'],
    ['a tab as indentation', 'a:\n\tb: 1\n', 'YAML_SYNTAX'],
    ['lists in lists in lists', '['.repeat(20_000), 'YAML_SYNTAX'],
    ['more levels than any cluster has', '['.repeat(200) + ']'.repeat(200), 'YAML_SYNTAX'],
    ['a key that JavaScript keeps for itself', 'a: { __proto__: { b: 1 } }', 'YAML_KEY_NOT_TEXT'],
    ['five million characters', '#'.repeat(5_000_000), 'CLUSTER_FILE_TOO_LARGE'],
    ['aliases in aliases in aliases', chain(), 'CLUSTER_FILE_TOO_LARGE'],
    ['maps that each merge the one before', merges(), 'CLUSTER_FILE_TOO_LARGE'],
    ['a billion laughs', laughs(), 'CLUSTER_FILE_TOO_LARGE'],
    ['nothing at all', '', 'CLUSTER_FILE_EMPTY'],
  ])('is %s', (_, text, code) => {
    const { value, diagnostics } = read(text)
    expect(value).toBeUndefined()
    expect([...new Set(diagnostics.map((diagnostic) => diagnostic.code))]).toEqual([code])
  })
})

/** Each line refers nine times to the one before. */
function laughs(): string {
  const nine = (name: string): string => Array<string>(9).fill(`*${name}`).join(', ')
  const lines = Array.from('bcdefghij').map(
    (name, at) => `${name}: &${name} [${nine('abcdefghi'[at] ?? '')}]`,
  )
  return ['a: &a [ha]', ...lines].join('\n')
}

/** Each line holds the one before. */
function chain(): string {
  const links = Array.from({ length: 5000 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}]`)
  return ['a0: &a0 []', ...links].join('\n')
}

/** Each line has all keys of those before: few characters, much work. */
function merges(): string {
  const links = Array.from(
    { length: 20_000 },
    (_, at) => `a${at + 1}: &a${at + 1} { <<: *a${at}, k${at}: 1 }`,
  )
  return ['a0: &a0 {}', ...links].join('\n')
}
