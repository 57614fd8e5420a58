import { describe, expect, it } from 'vitest'
import type { ClusterStore, NodeLink, QuorumGroup } from '../engines/contract.ts'
import type { EventBody, Outcome } from '../events/event.ts'
import { rollOut } from './rollout.ts'
import type { PendingChange, Rollout } from './work.ts'

const link: NodeLink = { connect: () => Promise.reject(new Error('nobody listens')) }
const create: PendingChange = { address: 'service:consul.service', action: 'create' }
const update: PendingChange = { address: 'service:consul.service', action: 'update' }

/** A run over nodes that differ in this; undefined for one that cannot be reached. */
async function ran(
  nodes: Readonly<Record<string, readonly PendingChange[] | undefined>>,
  more: Partial<Rollout> = {},
): Promise<{ readonly outcome: Outcome; readonly events: readonly EventBody[] }> {
  const events: EventBody[] = []
  const outcome = await rollOut({
    mode: 'plan',
    nodes: Object.keys(nodes).map((name) => ({ name, roles: ['agent'] })),
    groups: [],
    gates: [],
    stores: [],
    concurrency: 10,
    emit: (event) => events.push(event),
    delivery: {
      link,
      observe: (node) => {
        const pending = nodes[node]
        return Promise.resolve(
          pending
            ? { node, reached: true, size: 3, pending, isManaged: true }
            : { node, reached: false, message: 'it does not answer' },
        )
      },
      converge: () => Promise.reject(new Error('a node was changed')),
      reboot: () => Promise.reject(new Error('a node was rebooted')),
      release: () => Promise.resolve(),
      letGo: () => Promise.resolve(),
    },
    ...more,
  })
  return { outcome, events }
}

/** Three servers, all well. */
const SERVERS: QuorumGroup = {
  name: 'consul servers',
  members: ['a', 'b', 'c'],
  patienceSeconds: 0.1,
  interruptedBy: (address) => address === 'service:consul.service',
  returned: () => Promise.resolve({ passed: true, detail: 'it is back' }),
  observe: () =>
    Promise.resolve({
      formed: true,
      detail: '',
      failureTolerance: 1,
      members: ['a', 'b', 'c'].map((node) => ({ node, voter: true, healthy: true, leader: node === 'a' })),
    }),
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
  const unseen = (events: readonly EventBody[]) => events.filter(({ type }) => type === 'resource-unseen')

  it('is told beside what differs, and ends a plan as failed', async () => {
    const nodes = { a: [], b: [] }
    const seen = { differences: [difference], unseen: [{ address: 'consul-kv:bad', problem: 'bad request' }] }
    const stores = [store({ check: () => Promise.resolve(seen) })]
    const { outcome, events } = await ran(nodes, { stores })
    expect(outcome).toBe('failed')
    expect(unseen(events)).toEqual([
      { type: 'resource-unseen', node: 'cluster', address: 'cluster/consul-kv:bad', message: 'bad request' },
    ])
    expect(events).toContainEqual(expect.objectContaining({ address: 'cluster/consul-kv:x' }))
    expect(events.at(-1)).toMatchObject({ summary: { changed: 1, failed: 1, unchanged: 7 } })
  })

  it('is an engine as a whole when no member can be asked', async () => {
    const nodes = { a: [], b: [] }
    const { outcome, events } = await ran(nodes, { stores: [store({})] })
    expect(outcome).toBe('failed')
    expect(unseen(events)).toMatchObject([
      { address: 'cluster/consul:*', message: 'a: nobody listens; b: nobody listens' },
    ])
    expect(events.map(({ type }) => type)).not.toContain('resource-differs')
    expect(events.at(-1)).toMatchObject({ summary: { changed: 0, failed: 1, unchanged: 6 } })
  })

  it('is not what is still to be made: where no member has the engine, all of it is planned', async () => {
    const nodes = { a: [create], b: [create] }
    const { outcome, events } = await ran(nodes, { stores: [store({})] })
    expect(outcome).toBe('changed')
    expect(unseen(events)).toEqual([])
    expect(events).toContainEqual(expect.objectContaining({ address: 'cluster/consul-kv:x' }))
  })

  it('is not taken for what is still to be made when one member could not be reached', async () => {
    const nodes = { a: [create], b: undefined }
    const { outcome, events } = await ran(nodes, { stores: [store({})] })
    expect(outcome).toBe('failed')
    expect(unseen(events)).toHaveLength(1)
    expect(events.map(({ type }) => type)).not.toContain('resource-differs')
  })

  it('keeps no apply from asking once more, for the engine may only have begun', async () => {
    const nodes = { a: [], b: [] }
    const asked: string[] = []
    const converge: ClusterStore['converge'] = (_, node, done) => {
      asked.push(node)
      done({ address: 'consul-kv:x', action: 'create' })
      return Promise.resolve()
    }
    const { outcome } = await ran(nodes, { mode: 'apply', stores: [store({ converge })] })
    expect(outcome).toBe('changed')
    expect(asked).toEqual(['a'])
  })
})

describe('the planned order', () => {
  it('is that of the apply: free nodes at once, a canary first, members of a group in turn, the leader last', async () => {
    const reload: PendingChange = { address: 'service:doorbell.service', action: 'update' }
    const nodes = { a: [update], b: [update], c: [update], d: [reload], e: [reload] }
    const { events } = await ran(nodes, { groups: [SERVERS], concurrency: 7 })
    const planned = events.filter(({ type }) => type === 'order-planned')
    expect(planned).toEqual([
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
    const { events } = await ran(nodes)
    expect(events.map(({ type }) => type)).not.toContain('order-planned')
  })
})
