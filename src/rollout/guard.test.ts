import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GroupState, MemberState } from '../engines/contract.ts'
import { mayInterrupt, nextInTurn } from './guard.ts'

/** A group of `size` members of which some are sick; the first healthy one leads. */
function group(size: number, sick: readonly number[] = []): GroupState {
  const leader = Array.from({ length: size }, (_, index) => index).find((index) => !sick.includes(index))
  const members = Array.from({ length: size }, (_, index): MemberState => ({
    node: `n${index}`,
    healthy: !sick.includes(index),
    voter: true,
    leader: index === leader,
  }))
  const healthy = size - sick.length
  return {
    formed: true,
    members,
    failureTolerance: Math.max(0, healthy - (Math.floor(size / 2) + 1)),
    detail: '',
  }
}

describe('the guard of a consensus group', () => {
  it('lets one of three healthy members go', () => {
    expect(mayInterrupt(group(3), 'n1').passed).toBe(true)
  })

  it('holds a healthy member while another one is down, and names that one', () => {
    const answer = mayInterrupt(group(3, [2]), 'n1')
    expect(answer.passed).toBe(false)
    expect(answer.detail).toContain('n2')
  })

  it('lets the sick member itself be mended', () => {
    expect(mayInterrupt(group(3, [2]), 'n2').passed).toBe(true)
  })

  it('lets the only member go: there is nobody to wait for', () => {
    expect(mayInterrupt(group(1), 'n0').passed).toBe(true)
  })

  it('never lets a healthy member go when the others could not decide without it', () => {
    const cases = fc.integer({ min: 2, max: 7 }).chain((size) =>
      fc.record({
        size: fc.constant(size),
        sick: fc.uniqueArray(fc.nat(size - 1)),
        node: fc.nat(size - 1),
      }),
    )
    fc.assert(
      fc.property(cases, ({ size, sick, node }) => {
        fc.pre(!sick.includes(node))
        const left = size - sick.length - 1
        const quorum = Math.floor(size / 2) + 1
        if (mayInterrupt(group(size, sick), `n${node}`).passed) expect(left).toBeGreaterThanOrEqual(quorum)
      }),
    )
  })
})

describe('the order of turns', () => {
  it('takes the leader last', () => {
    const state = group(3)
    expect(nextInTurn(['n0', 'n1', 'n2'], [state])).toBe('n1')
    expect(nextInTurn(['n0'], [state])).toBe('n0')
  })
})
