import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MemberAnswer, Peer } from './contract.ts'
import {
  groupState,
  isReplacedWhole,
  mayInterrupt,
  mayLeave,
  nextInTurn,
  type GroupState,
} from './raft-group.ts'

const nodes = (size: number): string[] => Array.from({ length: size }, (_, index) => `n${index}`)

interface Given {
  readonly voters: readonly string[]
  readonly wanted?: readonly string[]
  /** Nothing listens there. */
  readonly down?: readonly string[]
  /** They answer, and the others call them unhealthy. */
  readonly behind?: readonly string[]
  /** Names that the engine has for nodes that are called otherwise now. */
  readonly formerly?: Readonly<Record<string, string>>
}

/** A group that is led by its first healthy voter, as long as a majority is there. */
function group({ voters, wanted = voters, down = [], behind = [], formerly = {} }: Given): GroupState {
  const up = voters.filter((node) => !down.includes(node))
  const nameOf = (node: string): string => formerly[node] ?? node
  const first = up.find((node) => !behind.includes(node))
  const leader = up.length > voters.length / 2 && first !== undefined ? nameOf(first) : undefined
  const peers = voters.map((node): Peer => ({
    name: nameOf(node),
    ...(formerly[node] === undefined && { node }),
    voter: true,
    healthy: up.includes(node) && !behind.includes(node),
  }))
  const asked = [...new Set([...wanted, ...voters])]
  const answers = asked.map((node): MemberAnswer => {
    const isUp = up.includes(node)
    const said = { node, answers: isUp, listens: isUp, problem: '' }
    if (!isUp) return { ...said, peers: [] }
    return { ...said, name: nameOf(node), peers, ...(leader !== undefined && { leader }) }
  })
  return groupState(wanted, answers)
}

describe('the arithmetic of a group', () => {
  it('lets one of three healthy voters go, and counts who votes, not who is wanted', () => {
    expect(mayInterrupt(group({ voters: nodes(3) }), 'n1').passed).toBe(true)
    // Two of five vote so far: both are needed, and the three others disturb nobody.
    const growing = group({ voters: nodes(2), wanted: nodes(5) })
    expect(mayInterrupt(growing, 'n0').passed).toBe(false)
    expect(mayInterrupt(growing, 'n4').passed).toBe(true)
    expect(growing.detail).toBe('2 voters, led by n0, all healthy, not voting: n2, n3, n4; none may be lost')
  })

  it('holds a healthy voter while another one is down, and names that one', () => {
    const answer = mayInterrupt(group({ voters: nodes(3), down: ['n2'] }), 'n1')
    expect(answer).toMatchObject({
      passed: false,
      detail: expect.stringContaining('n2 is not healthy') as string,
    })
  })

  it('lets the one that is down be mended, and one that is behind only when the others decide without it', () => {
    expect(mayInterrupt(group({ voters: nodes(3), down: ['n2'] }), 'n2').passed).toBe(true)
    expect(mayInterrupt(group({ voters: nodes(3), behind: ['n2'] }), 'n2').passed).toBe(true)
    expect(mayInterrupt(group({ voters: nodes(3), down: ['n1'], behind: ['n2'] }), 'n2').passed).toBe(false)
  })

  it('lets the only member go: there is nobody to wait for', () => {
    expect(mayInterrupt(group({ voters: nodes(1) }), 'n0').passed).toBe(true)
  })

  it('waits for an election before it takes any of those that can hold one', () => {
    const peers = nodes(3).map((name): Peer => ({ name, node: name, voter: true, healthy: true }))
    const answers = nodes(3).map((node) => ({
      node,
      answers: node !== 'n0',
      listens: node !== 'n0',
      problem: '',
      peers,
    }))
    const state = groupState(nodes(3), answers)
    expect(mayInterrupt(state, 'n1')).toMatchObject({
      passed: false,
      detail: 'there is no leader: the members do not agree on one',
    })
    expect(mayInterrupt(state, 'n0').passed).toBe(true)
  })

  it('lets somebody leave once who replaces it votes, and not before', () => {
    const wanted = ['n0', 'n1', 'n3']
    expect(mayLeave(group({ voters: nodes(3), wanted }), 'n2').passed).toBe(false)
    expect(mayLeave(group({ voters: nodes(4), wanted }), 'n2').passed).toBe(true)
    expect(mayLeave(group({ voters: nodes(4), wanted, down: ['n1'] }), 'n2').passed).toBe(false)
    expect(mayLeave(group({ voters: nodes(4), wanted, down: ['n2'] }), 'n2').passed).toBe(true)
  })

  it('shrinks to a single member, and not to none', () => {
    const wanted = ['n0']
    expect(mayLeave(group({ voters: nodes(3), wanted }), 'n2').passed).toBe(true)
    expect(mayLeave(group({ voters: nodes(2), wanted }), 'n1').passed).toBe(true)
    expect(mayLeave(group({ voters: nodes(1), wanted: ['n1'] }), 'n0').passed).toBe(false)
  })

  it('knows a member by its own word when its node is called otherwise now', () => {
    const state = group({ voters: nodes(3), formerly: { n2: 'before' } })
    expect(state.members.find(({ node }) => node === 'n2')).toMatchObject({ name: 'before', healthy: true })
    expect(state.failureTolerance).toBe(1)
  })

  it('sees that nobody would stay', () => {
    expect(isReplacedWhole(group({ voters: nodes(3), wanted: ['n3', 'n4', 'n5'] }))).toBe(true)
    expect(isReplacedWhole(group({ voters: nodes(3), wanted: ['n2', 'n4', 'n5'] }))).toBe(false)
  })

  it('never allows what leaves fewer healthy voters than a majority', () => {
    const cases = fc.integer({ min: 2, max: 7 }).chain((size) =>
      fc.record({
        size: fc.constant(size),
        kept: fc.subarray(nodes(size)),
        added: fc.nat(3),
        down: fc.subarray(nodes(size)),
        behind: fc.subarray(nodes(size)),
        node: fc.constantFrom(...nodes(size)),
      }),
    )
    fc.assert(
      fc.property(cases, ({ size, kept, added, down, behind, node }) => {
        const voters = nodes(size)
        const wanted = [...kept, ...Array.from({ length: added }, (_, index) => `new${index}`)]
        const state = group({ voters, wanted, down, behind })
        // Where nobody is up, there is nobody to disturb.
        fc.pre(state.formed)
        const healthy = voters.filter((one) => !down.includes(one) && !behind.includes(one))
        const others = healthy.filter((one) => one !== node).length
        if (mayInterrupt(state, node).passed && !down.includes(node))
          expect(others).toBeGreaterThanOrEqual(Math.floor(size / 2) + 1)
        if (mayLeave(state, node).passed)
          expect(others).toBeGreaterThanOrEqual(Math.floor((size - 1) / 2) + 1)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a group of which any one is enough', () => {
  const peers = nodes(3).map((name): Peer => ({ name, node: name, voter: true, healthy: true }))
  /** Those that are up know who serves; the others are silent. */
  const state = (...up: readonly string[]): GroupState =>
    groupState(
      nodes(3),
      nodes(3).map((node): MemberAnswer => {
        const isUp = up.includes(node)
        const said = { node, answers: isUp, listens: isUp, problem: '', peers: isUp ? peers : [] }
        return { ...said, ...(isUp && up[0] !== undefined && { leader: up[0] }) }
      }),
      'any-one',
    )

  it('spares each of two, and not the last that serves', () => {
    expect(mayInterrupt(state('n0', 'n1'), 'n0').passed).toBe(true)
    expect(mayInterrupt(state('n0', 'n1'), 'n1').passed).toBe(true)
    expect(mayInterrupt(state('n0'), 'n0').passed).toBe(false)
    expect(mayInterrupt(state('n0'), 'n2').passed).toBe(true)
    expect([state('n0', 'n1', 'n2'), state('n0')].map(({ failureTolerance }) => failureTolerance)).toEqual([
      2, 0,
    ])
  })

  it('takes turns, who serves last', () => {
    expect(nextInTurn(nodes(3), [state('n1', 'n0', 'n2')])).toEqual(['n0'])
    expect(nextInTurn(['n1', 'n2'], [state('n1', 'n0', 'n2')])).toEqual(['n2'])
  })
})

describe('the order of turns', () => {
  it('takes the leader last, and who leaves after who stays', () => {
    const state = group({ voters: nodes(4), wanted: ['n0', 'n2', 'n3'] })
    expect(nextInTurn(nodes(4), [state])).toEqual(['n2'])
    expect(nextInTurn(['n0', 'n1', 'n3'], [state])).toEqual(['n3'])
    expect(nextInTurn(['n0', 'n1'], [state])).toEqual(['n1'])
    expect(nextInTurn(['n0'], [state])).toEqual(['n0'])
    expect(nextInTurn([], [state])).toEqual([])
  })

  it('begins with who is down, then with who is behind and can be spared', () => {
    expect(nextInTurn(nodes(5), [group({ voters: nodes(5), down: ['n4'], behind: ['n3'] })])).toEqual(['n4'])
    expect(nextInTurn(nodes(5), [group({ voters: nodes(5), behind: ['n3'] })])).toEqual(['n3'])
    expect(nextInTurn(nodes(3), [group({ voters: nodes(3), down: ['n1'], behind: ['n2'] })])).toEqual(['n1'])
  })

  it('takes all who are down at once where nobody leads: one of them may be missing for a leader', () => {
    const state = group({ voters: nodes(5), down: ['n1', 'n2', 'n3'] })
    expect(nextInTurn(nodes(5), [state])).toEqual(['n1', 'n2', 'n3'])
    expect(nextInTurn(['n0', 'n2', 'n4'], [state])).toEqual(['n2'])
  })
})
