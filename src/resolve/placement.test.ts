import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readClusterFile } from '../cluster-file/read.ts'
import { EMPTY_LOCK, type ClusterLock } from '../cluster-lock/cluster-lock.ts'
import { defineRole, type Role } from '../roles/role.ts'
import { resolve } from './resolve.ts'

const option = z.object({ text: z.string().meta({ description: 'Text.' }) })
const notes = defineRole({
  name: 'notes',
  summary: 'Notes.',
  options: option,
  uses: 'several',
  resources: () => [],
})
const desk = defineRole({
  name: 'desk',
  summary: 'A desk.',
  options: z.object({}),
  conflicts: ['notes'],
  resources: () => [],
})
const roles = { notes, desk } as unknown as Readonly<Record<string, Role>>

const NODES = 'nodes: { a: { model: pi4 }, b: { model: pi4 }, c: { model: pi5 }, d: { model: pi5 } }\n'

function resolved(uses: string, lock: ClusterLock = EMPTY_LOCK) {
  const text = `cluster: office\ndomain: office.example.net\n${NODES}roles:\n${uses}`
  const { file, positions, diagnostics } = readClusterFile({ path: 'cluster.yaml', text }, { roles })
  expect(diagnostics).toEqual([])
  if (!file) throw new Error('refused')
  return resolve({ file, positions, lock, roles, authorizedKeys: [] })
}

const chosen = ({ cluster }: ReturnType<typeof resolved>) =>
  cluster.uses<{ text: string }>('notes').map(({ options, nodes }) => ({
    [options.text]: nodes.map(({ name }) => name).join(' '),
  }))

describe('several uses of one role', () => {
  it('are each on nodes of their own, and a node has all of its own', () => {
    const all = resolved('  notes: [{ on: [b, a], text: one }, { on: all, text: two }]\n')
    expect(chosen(all)).toEqual([{ one: 'a b' }, { two: 'a b c d' }])
    expect(all.cluster.find('notes')).toHaveLength(4)
    expect(all.cluster.nodes[0]?.roles).toEqual(['notes'])
    const texts = (node: string) => all.cluster.usesOn(node).map(({ options }) => options)
    expect(texts('b')).toEqual([{ text: 'one' }, { text: 'two' }])
    expect(texts('d')).toEqual([{ text: 'two' }])
  })

  it('keep what was chosen for them when another is put before them', () => {
    const kept = { 'roles.notes (model pi5).on.count': ['d'] }
    const use = '{ on: { model: pi5, count: 1 }, text: late }'
    const before = resolved(`  notes: [${use}]\n`, { ...EMPTY_LOCK, choices: kept })
    expect(chosen(before)).toEqual([{ late: 'd' }])
    const after = resolved(`  notes: [{ on: all, count: 2, text: early }, ${use}]\n`, before.lock)
    expect(chosen(after)).toEqual([{ early: 'a b' }, { late: 'd' }])
  })

  it('choose apart when they select the same', () => {
    const two = resolved('  notes: [{ on: all, count: 1, text: one }, { on: all, count: 2, text: two }]\n')
    expect(Object.values(two.lock.choices)).toEqual([['a'], ['a', 'b']])
    expect(resolved('  notes: { on: all, count: 1, text: one }\n').lock.choices).toEqual({
      'roles.notes.count': ['a'],
    })
  })

  it('conflict with another role at their own place, and leave its `rest` what none of them has', () => {
    const uses = '  notes: [{ on: a, text: one }, { on: [b, c], text: two }]\n'
    const { diagnostics } = resolved(`${uses}  desk: { on: c }\n`)
    expect(diagnostics.map(({ code, where }) => [code, where])).toMatchObject([
      ['ROLES_CONFLICT', { line: 5, column: 39 }],
    ])
    const rest = resolved(`${uses}  desk: { on: rest }\n`).cluster.find('desk')
    expect(rest.map(({ name }) => name)).toEqual(['d'])
  })
})
