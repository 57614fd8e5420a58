import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { renderHuman } from '../diagnostics/render.ts'
import { readClusterFile } from './read.ts'

const roles = { base: z.object({ timezone: z.string().default('UTC') }) }

const WHOLE = `\
cluster: office
domain: office.example.net
access: { user: pi, port: 22, authorized_keys: [~/.ssh/id_ed25519.pub], sudo: nopasswd }
nodes:
  hammond: &node { address: 192.168.42.10, has: [led-matrix], model: pi4, labels: { room: office } }
  oneil: { <<: *node, address: 172.19.181.1, via: hammond, serial: 10000000a1b2c3d4 }
groups:
  core: { model: [pi3, pi4], memory: ">=1GiB", count: 1 }
  some: [hammond, core]
roles:
  base: { on: all, timezone: Europe/Lisbon }
services:
  doorbell: { needs: [speaker], check: { http: ":8080/health" }, port: 8080 }
`

/** What must be true of whatever is read. */
function check(text: string): void {
  const { file, diagnostics, positions } = readClusterFile({ path: 'cluster.yaml', text }, { roles })
  const failed = diagnostics.some(({ severity }) => severity === 'error')
  expect(file === undefined).toBe(failed)
  for (const diagnostic of diagnostics) checkPlace(diagnostic, text)
  expect(positions.of(['nodes', 'hammond', 'has', 0])).toMatchObject({ file: 'cluster.yaml' })
  expect(renderHuman(diagnostics, { source: () => text })).not.toMatch(/undefined|\[object/)
}

/** Every place lies within the text. */
function checkPlace({ where }: Diagnostic, text: string): void {
  expect(where).toBeDefined()
  if (where === undefined || !('file' in where)) return
  const line = text.split('\n')[where.line - 1]
  expect(line).toBeDefined()
  expect(where.column - 1 + where.length).toBeLessThanOrEqual(line?.length ?? 0)
}

/** So many texts are read, however long a busy computer takes for them: nothing here is about time. */
const ALL_THE_TIME = { timeout: 600_000 }

describe(
  'whatever the text is, reading it gives a cluster file or mistakes with their places',
  ALL_THE_TIME,
  () => {
    it('for any characters', () => {
      fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), check), { numRuns: 300 })
    })

    it('for any sequence of what YAML is made of', () => {
      const parts = [
        'a',
        '1',
        '~',
        ': ',
        ' ',
        '\n',
        '\n  ',
        '- ',
        '? ',
        '[',
        ']',
        '{',
        '}',
        ', ',
        '#',
        '"',
        "'",
        '|',
        '>',
      ]
      const more = [
        '&a ',
        '*a',
        '<<: ',
        '!x ',
        '!!map ',
        '---\n',
        '...\n',
        '%YAML 1.1\n',
        '\t',
        '\r\n',
        '\u0000',
        '\ufeff',
      ]
      const keys = ['cluster: ', 'nodes:\n  ', 'roles: ', 'on: ', 'all', 'groups: ', 'count: 1']
      const text = fc
        .array(fc.constantFrom(...parts, ...more, ...keys), { maxLength: 60 })
        .map((all) => all.join(''))
      fc.assert(fc.property(text, check), { numRuns: 1000 })
    })

    it('for a cluster file in which some characters were changed', () => {
      const change = fc.record({
        at: fc.nat(WHOLE.length),
        gone: fc.nat(8),
        put: fc.string({ maxLength: 4 }),
      })
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
          check(
            changes.reduce(
              (text, { at, gone, put }) => text.slice(0, at) + put + text.slice(at + gone),
              WHOLE,
            ),
          )
        }),
        { numRuns: 500 },
      )
    })

    it('for any values in the places of values', () => {
      const words = fc.constantFrom('all', 'rest', 'hammond', 'core', 'pi4', '1GiB', '', '10s', 'constructor')
      const value = fc.letrec((tie) => ({
        any: fc.oneof(
          { maxDepth: 3 },
          words,
          fc.integer(),
          fc.boolean(),
          fc.constant(null),
          tie('list'),
          tie('map'),
        ),
        list: fc.array(tie('any'), { maxLength: 3 }),
        map: fc.dictionary(
          fc.constantFrom('on', 'model', 'has', 'count', 'of', 'check', 'hammond', 'core', 'toString'),
          tie('any'),
          { maxKeys: 3 },
        ),
      })).any
      const keys = fc.constantFrom(
        'cluster',
        'domain',
        'access',
        'nodes',
        'groups',
        'roles',
        'services',
        'releases',
        'lab',
      )
      fc.assert(
        fc.property(fc.dictionary(keys, value), (file) => check(JSON.stringify(file))),
        { numRuns: 1000 },
      )
    })
  },
)

describe('texts that are easy to write and hard to read', ALL_THE_TIME, () => {
  const many = 50_000
  it.each([
    ['open lists', '['],
    ['open maps', '{'],
    ['explicit keys', '? '],
    ['list items on one line', '- '],
    ['keys on one line', 'a: '],
    ['anchors', '&a '],
    ['tags', '! '],
    ['quotes', '"'],
    ['block scalars', '|\n'],
    ['empty lines', '\n'],
    ['comments', '#\n'],
    ['documents', '---\n'],
    ['directives', '%A\n'],
    ['unknown keys of one map', null],
  ])('%s by the thousand come to an end', (_, part) => {
    const keys = Array.from({ length: many }, (__, at) => `key${at}: 1\n`).join('')
    const { file, diagnostics } = readClusterFile(
      { path: 'cluster.yaml', text: part === null ? keys : part.repeat(many) },
      { roles },
    )
    expect(file).toBeUndefined()
    expect(diagnostics.length).toBeGreaterThan(0)
  })
})
