import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { positionsWithoutLines } from './positions.ts'
import { selectNodes } from './select.ts'
import type { Candidate, Choice, SelectionContext } from './select.ts'
import { serviceSelection } from './selector.ts'

const GIB = 1024 ** 3

function node(name: string, model?: string, memoryGib?: number, has: readonly string[] = []): Candidate {
  const labels: Record<string, string> = name === 'ears' ? { room: 'office' } : {}
  return {
    name,
    model,
    memoryBytes: memoryGib === undefined ? undefined : memoryGib * GIB,
    architecture: model === 'zero-w' ? 'armv6' : 'arm64',
    has,
    labels,
  }
}

const NODES = [
  node('hammond', 'pi4', 4, ['hat']),
  node('ears', 'pi3', 1, ['microphone', 'speaker']),
  node('eyes', 'pi3', 1, ['camera']),
  node('clock', 'zero-w', 0.5, ['hat', 'camera']),
]

function select(choice: Partial<Choice>, context: Partial<SelectionContext> = {}) {
  return selectNodes(
    { on: ['all'], path: ['roles', 'x', 'on'], ...choice },
    { nodes: NODES, groups: {}, positions: positionsWithoutLines('cluster.yaml'), ...context },
  )
}

describe('a selection', () => {
  it.each([
    ['names, in the order of the file', ['clock', 'hammond'], ['hammond', 'clock']],
    ['all', ['all'], ['hammond', 'ears', 'eyes', 'clock']],
    ['a name twice', ['ears', 'ears'], ['ears']],
    ['a model', { model: ['pi3'] }, ['ears', 'eyes']],
    ['several models', { model: ['pi4', 'zero-w'] }, ['hammond', 'clock']],
    ['at least some memory', { memory: '>=1GiB' }, ['hammond', 'ears', 'eyes']],
    ['more than some memory', { memory: '> 1GiB' }, ['hammond']],
    ['less memory', { memory: '<1GiB' }, ['clock']],
    ['at most some memory', { memory: '<=512MiB' }, ['clock']],
    ['exactly so much memory', { memory: '1GiB' }, ['ears', 'eyes']],
    ['an architecture', { architecture: ['armv6'] }, ['clock']],
    ['all of several labels', { has: ['hat', 'camera'] }, ['clock']],
    ['a label with a value', { labels: { room: 'office' } }, ['ears']],
    ['all conditions at once', { model: ['pi3'], has: ['camera'] }, ['eyes']],
    ['conditions among some nodes', { has: ['camera'], of: ['eyes', 'hammond'] }, ['eyes']],
    ['a label that every object of JavaScript has', { labels: { room: 'office', constructor: 'x' } }, []],
  ] as [string, Choice['on'], string[]][])('of %s', (_, on, nodes) => {
    expect(select({ on }).nodes).toEqual(nodes)
  })

  it('of groups takes in groups of groups, once each', () => {
    const groups = { small: ['clock', 'eyes'], odd: ['small', 'ears'], both: ['small', 'odd'] }
    expect(select({ on: ['both'] }, { groups }).nodes).toEqual(['ears', 'eyes', 'clock'])
  })

  it('of a group that contains itself comes to an end', () => {
    const groups = { a: ['b', 'ears'], b: ['a', 'eyes'] }
    expect(select({ on: ['a'] }, { groups }).nodes).toEqual(['ears', 'eyes'])
  })

  it('of groups that double at every step takes no longer for it', () => {
    const steps = Array.from({ length: 40 }, (_, at) => [`g${at}`, [`g${at + 1}`, `h${at + 1}`]] as const)
    const twins = Array.from({ length: 40 }, (_, at) => [`h${at}`, [`g${at + 1}`, `h${at + 1}`]] as const)
    const groups = Object.fromEntries([...steps, ...twins, ['g40', ['ears']], ['h40', ['eyes']]])
    expect(select({ on: ['g0'] }, { groups }).nodes).toEqual(['ears', 'eyes'])
  })

  it('of the rest takes the nodes that no rival role has', () => {
    expect(select({ on: ['rest'] }, { taken: new Set(['ears', 'eyes']) }).nodes).toEqual(['hammond', 'clock'])
  })

  it('of the rest may be empty without being a mistake', () => {
    const taken = new Set(NODES.map(({ name }) => name))
    expect(select({ on: ['rest'] }, { taken })).toMatchObject({ nodes: [], diagnostics: [] })
  })
})

describe('count', () => {
  it('takes the first nodes of the file and reports its choice', () => {
    const { nodes, choices } = select({ on: { memory: '>=1GiB' }, count: 2 })
    expect(nodes).toEqual(['hammond', 'ears'])
    expect(choices).toEqual({ 'roles.x.count': ['hammond', 'ears'] })
  })

  it('keeps an earlier choice when a node is added before it', () => {
    const previous = { 'roles.x.count': ['ears', 'eyes'] }
    expect(select({ count: 2 }, { previous }).nodes).toEqual(['ears', 'eyes'])
  })

  it('replaces only what does not match any more', () => {
    const previous = { 'roles.x.count': ['gone', 'eyes'] }
    expect(select({ count: 2 }, { previous }).nodes).toEqual(['hammond', 'eyes'])
  })

  it('fills up when it grows and gives up the last ones when it shrinks', () => {
    const previous = { 'roles.x.count': ['eyes', 'clock'] }
    expect(select({ count: 3 }, { previous }).nodes).toEqual(['hammond', 'eyes', 'clock'])
    expect(select({ count: 1 }, { previous }).nodes).toEqual(['eyes'])
  })

  it('in a group is kept for the group, beside that of the role', () => {
    const groups = { core: { memory: '>=1GiB', count: 2 } }
    const { nodes, choices } = select({ on: ['core'], count: 1 }, { groups })
    expect(nodes).toEqual(['hammond'])
    expect(choices).toEqual({ 'groups.core.count': ['hammond', 'ears'], 'roles.x.count': ['hammond'] })
  })

  it('never moves a choice that is still possible, whatever is added', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(names, names, fc.nat(), (first, added, size) => {
        const count = 1 + (size % first.length)
        const before = select({ count }, { nodes: first.map((name) => node(name)) })
        const all = [...new Set([...added, ...first])].map((name) => node(name))
        expect(select({ count }, { nodes: all, previous: before.choices }).nodes.toSorted()).toEqual(
          before.nodes.toSorted(),
        )
      }),
    )
  })
})

describe('a selection that cannot be met', () => {
  it('says what matches nothing, and where', () => {
    expect(select({ on: { model: ['pi5'], memory: '>=8GiB' } })).toMatchObject({
      nodes: [],
      diagnostics: [
        {
          code: 'SELECTOR_MATCHES_NOTHING',
          summary: 'no node for x: nothing matches model pi5, memory >=8GiB',
          where: { key: 'roles.x.on' },
        },
      ],
    })
  })

  it('tells of an empty group once', () => {
    const groups = { core: { model: ['pi5' as const] } }
    expect(select({ on: ['core'] }, { groups }).diagnostics.map(({ summary }) => summary)).toEqual([
      'no node for group core: nothing matches model pi5',
    ])
  })

  it('proposes to look at boards that are not known yet', () => {
    const [diagnostic] = select({ on: { model: ['pi5'] } }, { nodes: [node('new'), ...NODES] }).diagnostics
    expect(diagnostic?.fix).toMatch(/^of 1 of 5 nodes the board is not known: run bramble facts/)
  })

  it('says how many nodes are missing', () => {
    const { nodes, diagnostics } = select({ on: { model: ['pi3'] }, count: 3 })
    expect(nodes).toEqual(['ears', 'eyes'])
    expect(diagnostics).toMatchObject([
      { summary: 'x asks for 3 nodes, only 2 match', where: { key: 'roles.x.count' } },
    ])
  })
})

describe('a service', () => {
  it.each([
    ['nodes that have what it needs', { needs: ['camera'] }, ['eyes', 'clock']],
    ['its own nodes', { on: ['ears'], needs: [] }, ['ears']],
    ['those of its nodes that have what it needs', { on: ['ears', 'eyes'], needs: ['camera'] }, ['eyes']],
    ['what its selector and its needs ask for', { on: { has: ['hat'] }, needs: ['camera'] }, ['clock']],
  ] as [string, Parameters<typeof serviceSelection>[0], string[]][])('runs on %s', (_, service, nodes) => {
    expect(select({ on: serviceSelection(service) }).nodes).toEqual(nodes)
  })
})
