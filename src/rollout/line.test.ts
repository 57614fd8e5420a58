/** The order of nodes that no group guards, on paper: who goes after whom, how many at once, and what a failure stops. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { group } from '../../test/rollout/paper.ts'
import { LineWorld, type LineNode } from '../../test/rollout/line-world.ts'
import type { Gate } from '../engines/contract.ts'
import type { Lane } from '../events/event.ts'
import type { Pace } from '../topology/pace.ts'
import type { Rollout } from './work.ts'

const node = (name: string, more: Partial<LineNode> = {}): LineNode => ({
  name,
  roles: ['web'],
  change: 'update',
  slow: 3,
  ...more,
})

async function run(nodes: readonly LineNode[], more: Partial<Rollout> = {}): Promise<LineWorld> {
  const world = new LineWorld(nodes)
  await world.run(more)
  expect(world.violations).toEqual([])
  return world
}

const paced = (pace: Pace, more: Partial<LineNode> = {}): LineNode[] =>
  ['a', 'b', 'c', 'd', 'e'].map((name) => node(name, { paces: [{ of: 'web', pace }], ...more }))

function gate(name: string, says: () => boolean): Gate {
  const ask = () => Promise.resolve({ passed: says(), detail: says() ? 'it serves' : 'it serves nothing' })
  return { name: 'serving', node: name, engine: 'web', patienceSeconds: 0.05, ask }
}

describe('the pace', () => {
  it.each<[Pace, string, number]>([
    ['one at a time', 'abcde', 1],
    [{ batch: 2 }, 'abcde', 2],
    ['together', 'abcde', 4],
  ])('%j: one goes ahead, then no more at once', async (pace, order, most) => {
    const world = await run(paced(pace))
    expect(world.began.change.join('')).toBe(order)
    expect([world.alone, world.most]).toEqual(['a', most])
  })

  it('is that of the strictest of the roles that a node has', async () => {
    const both = [
      { of: 'web', pace: 'together' },
      { of: 'store', pace: 'one at a time' },
    ] as const
    expect((await run(['a', 'b', 'c'].map((name) => node(name, { paces: both })))).most).toBe(1)
  })

  it('counts nothing that has never been at work', async () => {
    expect((await run(paced('one at a time', { isNew: true }))).most).toBe(5)
  })

  it('ends with the first that fails, and says because of whom', async () => {
    const nodes = paced('one at a time').map((one) =>
      one.name === 'c' ? { ...one, fails: 'change' as const } : one,
    )
    const world = await run(nodes)
    expect(world.began.change).toEqual(['a', 'b', 'c'])
    expect(world.outcomes()['d']).toEqual({
      outcome: 'skipped',
      message: 'c went first and did not come through',
    })
  })

  it('waits until each is well by its gates', async () => {
    const nodes = paced('one at a time').slice(0, 3)
    const world = new LineWorld(nodes)
    const gates = [gate('a', () => true), gate('b', () => !world.began.change.includes('b'))]
    await world.run({ gates })
    expect(world.began.change).toEqual(['a', 'b'])
    expect(world.outcomes()).toMatchObject({ b: { outcome: 'failed' }, c: { outcome: 'skipped' } })
  })

  it('leaves a node alone whose board is not fit for it, and goes on with the others', async () => {
    const nodes = paced('one at a time').map((one) => ({
      ...one,
      ...(one.name === 'c' && { unfit: 'it is hot' }),
    }))
    const world = await run(nodes)
    expect(world.began.change.join('')).toBe('abde')
    expect(world.outcomes()['c']).toEqual({ outcome: 'skipped', message: 'it is hot' })
  })

  it('touches a board that is not fit where nobody would notice, or for the first time', async () => {
    const free = ['a', 'b'].map((name) => node(name, { unfit: 'it is hot', change: 'create' }))
    expect((await run(free)).began.change).toEqual(['a', 'b'])
    const fresh = await run(paced('one at a time', { isNew: true, unfit: 'it is hot' }))
    expect(fresh.began.change).toHaveLength(5)
  })

  it('is not held up by a node that was not well before: that is what is being mended', async () => {
    const world = await run(paced('one at a time').slice(0, 3), { gates: [gate('a', () => false)] })
    expect(world.began.change).toEqual(['a', 'b', 'c'])
    expect(world.outcomes()).toMatchObject({ a: { outcome: 'failed' }, b: { outcome: 'changed' } })
  })
})

describe('a node that stands on another one', () => {
  const nodes = (more: Partial<LineNode>): LineNode[] => [
    node('client', { follows: ['cache'], isNew: true }),
    node('other', { isNew: true }),
    node('cache', { roles: ['cache'], isNew: true, ...more }),
  ]

  it('goes when that one is through, and nobody else waits', async () => {
    const { began, ended } = await run(nodes({ slow: 9 }))
    expect(began.change).toEqual(['other', 'cache', 'client'])
    expect(ended.change).toEqual(['other', 'cache', 'client'])
  })

  it.each<[string, Partial<LineNode>]>([
    ['failed', { fails: 'change' }],
    ['cannot be reached', { fails: 'look' }],
  ])('is left out when that one %s, with the reason', async (_, more) => {
    const world = await run(nodes(more))
    expect(world.began.change).not.toContain('client')
    expect(world.outcomes()).toMatchObject({
      client: { outcome: 'skipped', message: 'cache did not come through, and it stands on it' },
      other: { outcome: 'changed' },
    })
  })

  it('waits until that one is well, though it was not there before', async () => {
    const world = await run(nodes({}), { gates: [gate('cache', () => false)] })
    expect(world.began.change).not.toContain('client')
    expect(world.outcomes()).toMatchObject({ cache: { outcome: 'failed' }, client: { outcome: 'skipped' } })
  })

  it('goes all the same when what it needs is there, and says what', async () => {
    const world = await run(nodes({ fails: 'change' }), { gates: [gate('cache', () => true)] })
    expect(world.outcomes()).toMatchObject({ client: { outcome: 'changed' }, cache: { outcome: 'failed' } })
    expect(world.events).toContainEqual({
      type: 'gate-passed',
      node: 'client',
      gate: 'serving on cache',
      detail: 'cache did not come through, and what client needs of it is there',
    })
  })
})

describe('a node through which others are reached', () => {
  const hat = (more: Partial<LineNode> = {}): LineNode[] => [
    node('hammond', more),
    ...['oneil', 'carter'].map((name) => node(name, { through: 'hammond', ...more })),
    node('vala', { through: 'oneil', ...more }),
  ]

  it('goes last in a rolling change', async () => {
    expect((await run(hat())).began.change).toEqual(['carter', 'vala', 'oneil', 'hammond'])
  })

  it('goes last in restarts, each back before the next', async () => {
    const { began } = await run(hat({ reboots: true }))
    expect(began.restart).toEqual(['carter', 'vala', 'oneil', 'hammond'])
  })

  it('goes first when it is made, for it is the way to everything', async () => {
    const { began } = await run(hat({ isNew: true }))
    expect(began.change).toEqual(['hammond', 'carter', 'oneil', 'vala'])
    expect((await run(hat({ change: 'create' }))).began.change[0]).toBe('hammond')
  })

  it('goes when those behind it have ended, however, for it needs nothing of them', async () => {
    const nodes = hat({ paces: [] }).map((one) =>
      one.name === 'carter' ? { ...one, roles: ['x'], fails: 'change' as const } : one,
    )
    const world = await run(nodes)
    expect(world.began.change.at(-1)).toBe('hammond')
    expect(world.outcomes()).toMatchObject({ carter: { outcome: 'failed' }, hammond: { outcome: 'changed' } })
  })

  it('is not started anew when one behind it does not come back, and is told so', async () => {
    const nodes = hat({ paces: [], reboots: true }).map((one) =>
      one.name === 'carter' ? { ...one, roles: ['x'], fails: 'restart' as const } : one,
    )
    const world = await run(nodes)
    expect(world.began.restart).not.toContain('hammond')
    expect(world.outcomes()['hammond']).toEqual({
      outcome: 'skipped',
      message: 'it has to be started anew, and carter, which is reached through it, did not come through',
    })
  })

  it('goes last as a member of a group, too', async () => {
    const nodes = hat().map((one) =>
      one.name === 'hammond' ? one : { ...one, change: 'update' as const, roles: ['worker'] },
    )
    const members = {
      ...group(['hammond'], 'hammond'),
      interruptedBy: (address: string) => address === 'service:x.service',
    }
    expect((await run(nodes, { groups: [members] })).began.change.at(-1)).toBe('hammond')
  })
})

describe('restarts', () => {
  const due = (more: Partial<LineNode> = {}): LineNode[] =>
    ['a', 'b', 'c'].map((name) => node(name, { reboots: true, ...more }))

  it('are one at a time where roles say nothing, and stop with the first that does not come back', async () => {
    const world = await run(due().map((one) => (one.name === 'b' ? { ...one, fails: 'restart' } : one)))
    expect(world.began.restart).toEqual(['a', 'b'])
    expect(world.outcomes()['c']).toEqual({
      outcome: 'skipped',
      message: 'it has to be started anew, and b went first and did not come through',
    })
  })

  it('are all at once, one ahead, where nobody is missed', async () => {
    const world = await run(due({ paces: [{ of: 'base', pace: 'together' }] }))
    expect([world.alone, world.most]).toEqual(['a', 2])
  })

  it('are all at once on nodes that were never at work', async () => {
    expect((await run(due({ isNew: true }))).most).toBe(3)
  })

  it('go on when a node is well that was before, and not before that', async () => {
    const world = new LineWorld(due())
    const gates = [gate('a', () => !world.ended.restart.includes('a'))]
    await world.run({ gates })
    expect(world.began.restart).toEqual(['a'])
    expect(world.outcomes()).toMatchObject({ a: { outcome: 'failed' }, b: { outcome: 'skipped' } })
  })
})

describe('what others stand on', () => {
  const nodes = (more: Partial<LineNode> = {}): LineNode[] => [
    node('mesh', { roles: ['mesh'], change: 'remove', lastAfter: ['server'] }),
    node('server', { roles: ['server'], change: 'remove', lastAfter: ['client'] }),
    node('client', { roles: ['client'], change: 'remove', slow: 9, ...more }),
  ]

  it('is taken away after all that stood on it', async () => {
    const { ended } = await run(nodes())
    expect(ended.change).toEqual(['client', 'server', 'mesh'])
  })

  it.each<[string, Partial<LineNode>]>([
    ['could not be mended', { fails: 'change' }],
    ['cannot be reached', { fails: 'look' }],
  ])('goes all the same where one of those %s: everything is to go', async (_, more) => {
    const world = await run(nodes(more))
    expect(world.ended.change.filter((name) => name !== 'client')).toEqual(['server', 'mesh'])
    expect(world.outcomes()).toMatchObject({ server: { outcome: 'changed' }, mesh: { outcome: 'changed' } })
  })

  it('is said in the plan', async () => {
    const world = await run(nodes(), { mode: 'plan' })
    expect(world.events.find(({ type }) => type === 'order-planned')).toMatchObject({
      waits: [
        { nodes: ['mesh'], after: ['server'], why: 'taken-last' },
        { nodes: ['server'], after: ['client'], why: 'taken-last' },
      ],
    })
  })
})

describe('the plan', () => {
  it('shows the pace, and who waits for whom', async () => {
    const nodes = [
      node('hammond', { roles: ['gate'] }),
      ...['a', 'b', 'c'].map((name) =>
        node(name, { through: 'hammond', paces: [{ of: 'web', pace: 'one at a time' }] }),
      ),
      node('new', { change: 'create', isNew: true, follows: ['a'] }),
    ]
    const world = await run(nodes, { mode: 'plan' })
    const told = world.events.find(({ type }) => type === 'order-planned')
    const lanes: Lane[] = [
      { guard: 'free', steps: [['new']] },
      { guard: 'free', steps: [['hammond']] },
      { guard: 'canary', steps: [['a'], ['b'], ['c']] },
    ]
    const waits = [
      { nodes: ['hammond'], after: ['a', 'b', 'c'], why: 'way-last' },
      { nodes: ['new'], after: ['a'], why: 'stands-on' },
    ]
    expect(told).toEqual({ type: 'order-planned', concurrency: 50, lanes, waits })
  })
})

describe('any nodes, whatever fails', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const worlds = fc.array(
    fc.record({
      roles: fc.subarray(['web', 'store', 'cache'], { minLength: 1 }),
      change: fc.constantFrom<LineNode['change']>('none', 'create', 'update', 'update', 'remove'),
      isNew: fc.boolean(),
      reboots: fc.boolean(),
      fails: fc.constantFrom<LineNode['fails']>(undefined, undefined, undefined, 'change', 'restart', 'look'),
      slow: fc.nat(4),
      // Only those before it: what the cluster file says has no loop.
      follows: fc.subarray([0, 1, 2, 3], { maxLength: 2 }),
      through: fc.option(fc.nat(3), { nil: undefined }),
    }),
    { minLength: 1, maxLength: names.length },
  )

  const pace = fc.constantFrom<Pace | undefined>(undefined, 'together', 'one at a time', { batch: 2 })
  const placed = fc.tuple(worlds, pace).map(([all, ofWeb]) =>
    all.map(({ follows, through, fails, ...one }, index): LineNode => {
      const way = through === undefined ? undefined : names[index - 1 - through]
      return {
        ...one,
        name: names[index] ?? '',
        follows: follows.flatMap((back) => names[index - 1 - back] ?? []),
        paces: one.roles.map((of) => ({ of, pace: of === 'web' ? ofWeb : undefined })),
        ...(way !== undefined && { through: way }),
        ...(fails !== undefined && { fails }),
      }
    }),
  )

  it('never has more away than the pace allows, keeps the order, and always comes to an end', async () => {
    await fc.assert(
      fc.asyncProperty(placed, async (nodes) => {
        const world = new LineWorld(nodes)
        await world.run()
        expect(world.violations).toEqual([])
        expect(Object.keys(world.outcomes()).sort()).toEqual(nodes.map(({ name }) => name).sort())
        const cameThrough = (name: string): boolean =>
          nodes.some(
            (one) =>
              one.name === name &&
              one.fails !== 'look' &&
              (one.change === 'none' || (world.ended.change.includes(name) && one.fails !== 'change')),
          )
        for (const { name, follows = [], through, change, fails } of nodes) {
          for (const other of world.began.change.includes(name) ? follows : []) {
            expect(cameThrough(other)).toBe(true)
            expect(world.before('change', other, name)).toBe(true)
          }
          const gateway = nodes.find((one) => one.name === through)
          const interrupts =
            gateway !== undefined && gateway.isNew !== true && !['none', 'create'].includes(gateway.change)
          const isFree = !nodes.some((one) => one.follows?.length)
          if (interrupts && isFree && change !== 'none' && fails !== 'look')
            expect(world.before('change', name, gateway.name)).toBe(true)
          if (isFree && gateway !== undefined) expect(world.before('restart', name, gateway.name)).toBe(true)
        }
      }),
      { numRuns: 400 },
    )
  })
})
