/** Changes of consensus groups, against a group on paper that behaves as one does: the real rollout, the real arithmetic. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RaftWorld, type Blow, type WorldPlan } from '../../test/rollout/raft-world.ts'

const names = (from: number, size: number): string[] =>
  Array.from({ length: size }, (_, index) => `n${from + index}`)

/** Nodes in the order in which they came to their end. */
function world(plan: Omit<WorldPlan, 'nodes'> & { readonly nodes?: readonly string[] }): RaftWorld {
  return new RaftWorld({ nodes: [...new Set([...plan.voters, ...plan.wanted])], ...plan })
}

async function comesTo(group: RaftWorld, outcome: string): Promise<void> {
  expect({ outcome: await group.run(), violations: group.violations }).toEqual({ outcome, violations: [] })
}

/** The nodes in the order in which the group said that they were through. */
function order({ events }: RaftWorld): string[] {
  return events.flatMap((event) => (event.type === 'gate-passed' ? [event.node] : []))
}

describe('a change of who is a member', () => {
  it.each([
    ['one moves', ['n0', 'n1', 'n3']],
    ['two are swapped', ['n0', 'n3', 'n4']],
    ['three become five', ['n0', 'n1', 'n2', 'n3', 'n4']],
    ['three become one', ['n1']],
  ])('ends in one apply with those that are wanted: %s', async (_, wanted) => {
    const group = world({ voters: names(0, 3), wanted })
    await comesTo(group, 'changed')
    expect(group.voters).toEqual(wanted)
    await comesTo(group, 'unchanged')
  })

  it('lets who is new join first, then who stays have its turn, then who leaves, and the leader last', async () => {
    const group = world({ voters: names(0, 3), wanted: ['n0', 'n2', 'n3'] })
    expect(group.leader).toBe('n0')
    await comesTo(group, 'changed')
    expect(order(group)).toEqual(['n3', 'n2', 'n1', 'n0'])
  })

  it('keeps who is to leave while the one in its place does not vote, and says because of whom', async () => {
    const group = world({ voters: names(0, 3), wanted: ['n0', 'n1', 'n3'], fails: ['n3'] })
    await comesTo(group, 'failed')
    expect(group.voters).toEqual(['n0', 'n1', 'n2'])
    const told = group.events.find((event) => event.type === 'node-finished' && event.node === 'n2')
    expect(told).toMatchObject({ outcome: 'skipped', message: 'it was not touched, because of n3' })
    group.heal()
    await comesTo(group, 'changed')
    expect(group.voters).toEqual(['n0', 'n1', 'n3'])
  })

  it('touches nobody when none of those who vote would stay: the new ones would begin anew', async () => {
    const group = world({ voters: ['n0'], wanted: ['n1'] })
    await comesTo(group, 'failed')
    expect(group.voters).toEqual(['n0'])
    expect(group.events).toContainEqual(
      expect.objectContaining({ type: 'node-finished', node: 'n1', code: 'GROUP_REPLACED_WHOLE' }),
    )
  })

  it('takes a member that is called otherwise now through its turn as a new one', async () => {
    const group = world({ voters: names(0, 3), wanted: names(0, 3), renamed: ['n1'] })
    await comesTo(group, 'changed')
    expect(group.voters).toEqual(['n0', 'n1', 'n2'])
  })
})

describe('a group with a board that is not fit', () => {
  it('is not touched, and says because of whom', async () => {
    const group = world({ voters: names(0, 3), wanted: names(0, 3) })
    group.unfit.set('n2', 'it is hot')
    await comesTo(group, 'incomplete')
    expect(order(group)).toEqual([])
    expect(JSON.stringify(group.events)).toContain('n2, which votes beside it, is not fit: it is hot')
    group.unfit.clear()
    await comesTo(group, 'changed')
  })

  it('lets that one leave', async () => {
    const group = world({ voters: names(0, 3), wanted: ['n0', 'n1', 'n3'] })
    group.unfit.set('n2', 'it is hot')
    await comesTo(group, 'changed')
    expect(group.voters).toEqual(['n0', 'n1', 'n3'])
  })
})

describe('a group with sick members', () => {
  it('mends the one that is stopped before it touches another', async () => {
    const group = world({ voters: names(0, 3), wanted: names(0, 3), stopped: ['n2'] })
    await comesTo(group, 'changed')
    expect(order(group)[0]).toBe('n2')
  })

  it('mends all that are stopped at once where too few are left for a leader', async () => {
    const group = world({ voters: names(0, 5), wanted: names(0, 5), stopped: ['n1', 'n2', 'n3', 'n4'] })
    expect(group.leader).toBeUndefined()
    await comesTo(group, 'changed')
    expect(group.leader).toBeDefined()
  })

  it('touches nobody while one that cannot be reached is missing, at once, and says whom', async () => {
    const group = world({ voters: names(0, 3), wanted: names(0, 3), unreachable: ['n2'], stopped: ['n2'] })
    await comesTo(group, 'failed')
    expect(order(group)).toEqual([])
    expect(JSON.stringify(group.events)).toContain('n2 is not healthy, so')
  })
})

describe('a restart that is due', () => {
  it('belongs to the turn of its member', async () => {
    const group = world({ voters: names(0, 3), wanted: names(0, 3), reboots: names(0, 3) })
    await comesTo(group, 'changed')
    expect(order(group)).toEqual(['n1', 'n2', 'n0'])
  })
})

describe('any group, any wish, whatever fails', { timeout: 240_000 }, () => {
  const nodes = names(0, 7)
  const plans = fc
    .record({
      voters: fc.shuffledSubarray(nodes, { minLength: 1, maxLength: 5 }),
      added: fc.subarray(nodes),
      kept: fc.subarray(nodes),
      stopped: fc.subarray(nodes, { maxLength: 3 }),
      unreachable: fc.subarray(nodes, { maxLength: 2 }),
      reboots: fc.subarray(nodes),
      fails: fc.subarray(nodes, { maxLength: 2 }),
      renamed: fc.subarray(nodes, { maxLength: 2 }),
      blows: fc.array(
        fc.record<Blow>({
          after: fc.integer({ min: 1, max: 6 }),
          node: fc.constantFrom(...nodes),
          what: fc.constantFrom('dies', 'starts', 'leads'),
        }),
        { maxLength: 4 },
      ),
    })
    .map(({ added, kept, renamed, ...plan }): WorldPlan => {
      const stays = plan.voters.filter((node, index) => index === 0 || kept.includes(node))
      // Who is called otherwise now and does not run says nothing of itself.
      const known = renamed.filter((node) => !plan.stopped.includes(node))
      return { ...plan, renamed: known, nodes, wanted: [...new Set([...stays, ...added])].slice(0, 7) }
    })

  it('never has fewer healthy voters than a majority by our doing, and always comes to an end', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const group = new RaftWorld(plan)
        await group.run()
        expect(group.violations).toEqual([])
      }),
      { numRuns: 400 },
    )
  })

  it('is what was wished for after one apply, when nothing fails', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const group = new RaftWorld({ ...plan, blows: [], fails: [], unreachable: [], stopped: [] })
        await group.run()
        expect({ voters: group.voters, violations: group.violations }).toEqual({
          voters: plan.wanted.toSorted(),
          violations: [],
        })
      }),
      { numRuns: 200 },
    )
  })

  it('is what was wished for one more apply after everything was mended', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        const group = new RaftWorld(plan)
        await group.run()
        group.heal()
        group.pass(60)
        await group.run()
        expect({ voters: group.voters, violations: group.violations }).toEqual({
          voters: plan.wanted.toSorted(),
          violations: [],
        })
      }),
      { numRuns: 200 },
    )
  })
})
