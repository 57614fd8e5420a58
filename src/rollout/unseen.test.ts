import { describe, expect, it } from 'vitest'
import { Paper, create, group, update } from '../../test/rollout/paper.ts'
import type { ClusterStore } from '../engines/contract.ts'
import type { EventBody } from '../events/event.ts'
import type { PendingChange, Rollout } from './work.ts'

/** A plan over nodes that differ in this; undefined for one that cannot be reached. */
async function planned(
  nodes: Readonly<Record<string, readonly PendingChange[] | undefined>>,
  more: Partial<Rollout> = {},
): Promise<{ readonly outcome: string; readonly events: readonly EventBody[] }> {
  const paper = new Paper(nodes)
  const outcome = await paper.run({ mode: 'plan', ...more })
  expect(paper.converged).toEqual([])
  return { outcome, events: paper.events }
}

describe('what cannot be looked at', () => {
  const difference = {
    address: 'consul-kv:x',
    action: 'create',
    reason: 'new',
    differences: [],
  } as const
  const store = (changes: Partial<ClusterStore>): ClusterStore => ({
    name: 'consul',
    members: ['a', 'b'],
    size: 3,
    runsAs: 'service:consul.service',
    whole: () => Promise.resolve([difference]),
    check: () => Promise.reject(new Error('nobody listens')),
    converge: () => Promise.reject(new Error('it was not to be changed')),
    ...changes,
  })
  const engineOf = (events: readonly EventBody[]) => events.find(({ type }) => type === 'engine-finished')
  const unseen = (events: readonly EventBody[]) => events.filter(({ type }) => type === 'resource-unseen')

  it('is told beside what differs, and a plan with it is incomplete', async () => {
    const nodes = { a: [], b: [] }
    const seen = { differences: [difference], unseen: [{ address: 'consul-kv:bad', problem: 'bad request' }] }
    const stores = [store({ check: () => Promise.resolve(seen) })]
    const { outcome, events } = await planned(nodes, { stores })
    expect(outcome).toBe('incomplete')
    expect(unseen(events)).toEqual([
      { type: 'resource-unseen', node: 'cluster', address: 'cluster/consul-kv:bad', message: 'bad request' },
    ])
    expect(events).toContainEqual(expect.objectContaining({ address: 'cluster/consul-kv:x' }))
    expect(engineOf(events)).toMatchObject({ outcome: 'skipped', code: 'CLUSTER_RESOURCES_UNSEEN' })
    expect(events.at(-1)).toMatchObject({ summary: { changed: 1, unchanged: 7 } })
  })

  it('counts nothing as unchanged where a whole kind does not show', async () => {
    const seen = { differences: [], unseen: [{ address: 'consul-kv:*', problem: 'it is sealed' }] }
    const stores = [store({ check: () => Promise.resolve(seen) })]
    const { events } = await planned({ a: [], b: [] }, { stores })
    expect(engineOf(events)).toMatchObject({ summary: { unchanged: 0 } })
  })

  it('keeps nobody from what must come before the nodes: what is sealed shows nothing until it is opened', async () => {
    const seen = { differences: [difference], unseen: [{ address: 'consul-kv:*', problem: 'it is sealed' }] }
    const prepared: string[] = []
    const opened = store({
      check: () => Promise.resolve(seen),
      prepare: (_, node, done) => {
        prepared.push(node)
        done({ address: difference.address, action: 'create' })
        return Promise.resolve(undefined)
      },
      converge: () => Promise.resolve(),
    })
    const paper = new Paper({ a: [], b: [] })
    expect(await paper.run({ mode: 'apply', stores: [opened] })).toBe('changed')
    expect(prepared).toEqual(['a'])
  })

  it('is an engine as a whole when no member can be asked', async () => {
    const nodes = { a: [], b: [] }
    const { outcome, events } = await planned(nodes, { stores: [store({})] })
    expect(outcome).toBe('incomplete')
    expect(engineOf(events)).toMatchObject({
      outcome: 'skipped',
      code: 'ENGINE_UNREACHABLE',
      message: 'consul cannot be asked: a: nobody listens; b: nobody listens',
      summary: { unchanged: 0 },
    })
    expect(events.map(({ type }) => type)).not.toContain('resource-differs')
    expect(events.at(-1)).toMatchObject({ summary: { changed: 0, unchanged: 6 } })
  })

  it('is not what is still to be made: where no member has the engine, all of it is planned', async () => {
    const nodes = { a: [create], b: [create] }
    const { outcome, events } = await planned(nodes, { stores: [store({})] })
    expect(outcome).toBe('changed')
    expect(engineOf(events)).toMatchObject({ outcome: 'changed' })
    expect(events).toContainEqual(expect.objectContaining({ address: 'cluster/consul-kv:x' }))
  })

  it('is not taken for what is still to be made when one member could not be reached', async () => {
    const nodes = { a: [create], b: undefined }
    const { outcome, events } = await planned(nodes, { stores: [store({})] })
    expect(outcome).toBe('failed')
    expect(engineOf(events)).toMatchObject({ outcome: 'skipped', code: 'ENGINE_UNREACHABLE' })
    expect(events.map(({ type }) => type)).not.toContain('resource-differs')
  })

  it('is waited for by an apply, for the engine may only have begun, and not by a plan', async () => {
    const nodes = { a: [], b: [] }
    let asked = 0
    const check: ClusterStore['check'] = () =>
      ++asked > 4
        ? Promise.resolve({ differences: [], unseen: [] })
        : Promise.reject(new Error('no cluster leader'))
    const beginning = { stores: [store({ check })], engineSeconds: 20 }
    expect((await planned(nodes, beginning)).outcome).toBe('incomplete')
    expect(asked).toBe(2)
    expect((await planned(nodes, { ...beginning, mode: 'apply' })).outcome).toBe('unchanged')
    expect(asked).toBe(5)
  })
})

describe('the planned order', () => {
  it('is that of the apply: free nodes at once, a canary first, members of a group in turn, the leader last', async () => {
    const reload: PendingChange = { address: 'service:doorbell.service', action: 'update' }
    const nodes = { a: [update], b: [update], c: [update], d: [reload], e: [reload] }
    const { events } = await planned(nodes, { groups: [group(['a', 'b', 'c'], 'a')], concurrency: 7 })
    expect(events.filter(({ type }) => type === 'order-planned')).toEqual([
      {
        type: 'order-planned',
        concurrency: 7,
        lanes: [
          { guard: 'canary', steps: [['d'], ['e']] },
          { guard: 'consul servers', steps: [['b'], ['c'], ['a']] },
        ],
      },
    ])
  })

  it('is left out when no node differs', async () => {
    const nodes = { a: [], b: [] }
    const { events } = await planned(nodes)
    expect(events.map(({ type }) => type)).not.toContain('order-planned')
  })
})
