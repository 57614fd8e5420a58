/** Work that is moved off nodes before steps that take out of service what it stands on, and given back. */
import { describe, expect, it } from 'vitest'
import { LineWorld, type LineNode } from '../../test/rollout/line-world.ts'
import { group } from '../../test/rollout/paper.ts'
import type { ClusterStore, Drain } from '../engines/contract.ts'
import type { Rollout } from './work.ts'

const UNIT = 'service:x.service'

const node = (name: string, more: Partial<LineNode> = {}): LineNode => ({
  name,
  roles: ['web'],
  change: 'update',
  ...more,
})

/** Runs it with drains on a and b, and gives what happened, in order. */
async function told(nodes: readonly LineNode[], more: Partial<Rollout> = {}, drain: Partial<Drain> = {}) {
  const world = new LineWorld(nodes)
  const log: string[] = []
  const drains = ['a', 'b'].map((name): Drain => ({
    name: 'swarm',
    node: name,
    interruptedBy: (address) => address === UNIT,
    before: (_, why) => Promise.resolve(void log.push(`${name} drained for ${why}`)),
    after: () => Promise.resolve(void log.push(`${name} given back`)),
    ...drain,
  }))
  world.onStep = (step) => log.push(step)
  const outcome = await world.run({ drains, ...more })
  expect(world.violations).toEqual([])
  return { outcome, log, world }
}

describe('a change', () => {
  it('is taken while the node is drained, and the next one when its work may come back', async () => {
    const nodes = ['a', 'b'].map((name) => node(name, { paces: [{ of: 'web', pace: 'one at a time' }] }))
    expect((await told(nodes)).log).toEqual([
      'a drained for change',
      'change a',
      'a given back',
      'b drained for change',
      'change b',
      'b given back',
    ])
  })

  it('moves nothing where nothing that works is interrupted', async () => {
    expect((await told([node('a', { change: 'create' })])).log).toEqual(['change a'])
    expect((await told([node('a')], {}, { interruptedBy: () => false })).log).toEqual(['change a'])
  })

  it('gives nothing back to who does such work no more', async () => {
    expect((await told([node('a', { change: 'remove' })])).log).toEqual(['a drained for removal', 'change a'])
  })

  it('gives work back when the node is well, and also when it failed', async () => {
    const { log, outcome } = await told([node('a', { fails: 'change' })])
    expect([outcome, log]).toEqual(['failed', ['a drained for change', 'change a', 'a given back']])
  })

  it('is taken all the same when the work cannot be moved, and that is told', async () => {
    const before = (): Promise<void> => Promise.reject(new Error('there is no leader'))
    const { world, outcome } = await told([node('a')], {}, { before })
    expect(outcome).toBe('changed')
    expect(world.events).toContainEqual({
      type: 'warning',
      node: 'a',
      code: 'NODE_NOT_DRAINED',
      text: 'what swarm runs on a was not moved to others: there is no leader',
    })
  })

  it('has failed when no work can come back, with what to type', async () => {
    const after = (): Promise<void> => Promise.reject(new Error('there is no leader'))
    const { world } = await told([node('a')], {}, { after })
    const code = 'NODE_STAYS_DRAINED'
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'node-finished', node: 'a', outcome: 'failed', code }),
    )
  })
})

describe('a restart', () => {
  it('drains whatever was changed, and gives back when the node is there again', async () => {
    const { log } = await told([node('a', { change: 'create', reboots: true })])
    expect(log).toEqual(['change a', 'a drained for restart', 'restart a', 'a given back'])
  })
})

describe('a member of a group', () => {
  const interruptedBy = (address: string): boolean => address === UNIT

  it('is drained in its turn, and given back when it is a member again', async () => {
    const log: string[] = []
    const note = (text: string) => Promise.resolve(void log.push(text))
    const proven = async (_: unknown, name: string) => {
      await note(`${name} is back`)
      return { passed: true, detail: '' }
    }
    const drain = { before: () => note('drained'), after: () => note('given back') }
    await told([node('a')], { groups: [{ ...group(['a'], 'a'), interruptedBy, proven }] }, drain)
    expect(log).toEqual(['drained', 'a is back', 'given back'])
  })

  it('leaves when its store has made those members that are to be', async () => {
    const log: string[] = []
    const grown: string[] = []
    const store: ClusterStore = {
      name: 'consul servers',
      members: ['b'],
      size: 1,
      runsAs: UNIT,
      whole: () => Promise.resolve([]),
      check: () =>
        Promise.resolve({
          differences: [{ address: 'member:c', action: 'create', reason: '', differences: [] }],
          unseen: [],
        }),
      grow: (_, __, done) => {
        log.push('grown')
        grown.push('c')
        done({ address: 'member:c', action: 'create' })
        return Promise.resolve()
      },
      converge: () => Promise.resolve(),
    }
    const world = new LineWorld([
      node('a', { change: 'remove' }),
      node('b', { change: 'none' }),
      node('c', { change: 'create', slow: 5 }),
    ])
    world.onStep = (step) => log.push(step)
    const voters = (): string[] => ['a', 'b', ...grown]
    const joins = 'with-the-store'
    const outcome = await world.run({
      stores: [store],
      groups: [
        {
          ...group(['b', 'c'], 'b'),
          interruptedBy,
          joins,
          ask: (link, name) =>
            group(
              ['b', 'c'],
              'b',
              () => [],
              voters().filter((one) => !log.includes(`${one} left`)),
            ).ask(link, name),
          leave: (_, name) => Promise.resolve(void log.push(`${name} left`)),
        },
      ],
    })
    expect(log).toEqual(['change c', 'grown', 'a left', 'change a'])
    expect(outcome).toBe('changed')
    expect(world.events.at(-1)).toMatchObject({ summary: { changed: 3 } })
  })
})
