import { describe, expect, it } from 'vitest'
import { Paper, create, group, link, update } from '../../test/rollout/paper.ts'
import type { ClusterStore, Gate } from '../engines/contract.ts'
import type { PendingChange } from './work.ts'

const vault: PendingChange = { address: 'service:vault.service', action: 'update' }

describe('a rollout', () => {
  it('does not let a dead node hold up the others, and names it', async () => {
    const paper = new Paper({ a: [create], dead: undefined, c: [create] })
    expect(await paper.run()).toBe('failed')
    expect(paper.converged.sort()).toEqual(['a', 'c'])
    expect(paper.outcomes()).toEqual({ a: 'changed', dead: 'failed', c: 'changed' })
    expect(paper.events.at(-1)).toMatchObject({ type: 'run-finished', failedNodes: ['dead'] })
  })

  it('touches nothing when nobody agrees, and lets the nodes go', async () => {
    const paper = new Paper({ a: [create], b: [] })
    await paper.run({ confirm: () => Promise.resolve(false) })
    expect(paper.converged).toEqual([])
    expect(paper.released).toEqual(['a'])
  })

  it('touches nothing and asks nobody when it is not allowed to', async () => {
    const allowed = (): Promise<boolean> => Promise.resolve(false)
    const confirm = (): Promise<boolean> => Promise.reject(new Error('somebody was asked'))
    const paper = new Paper({ a: [update], b: [] })
    expect(await paper.run({ allowed, confirm })).toBe('failed')
    expect([paper.converged, paper.released]).toEqual([[], ['a']])
    expect(await new Paper({ a: [] }).run({ allowed, confirm })).toBe('failed')
    const quietly = (isQuiet: boolean): Promise<boolean> => Promise.resolve(isQuiet)
    expect(await new Paper({ a: [] }).run({ allowed: quietly, confirm })).toBe('unchanged')
    const planned = new Paper({ a: [update] })
    expect(await planned.run({ allowed, mode: 'plan' })).toBe('failed')
    expect(planned.released).toEqual([])
  })

  it('asks nobody when nothing differs', async () => {
    const paper = new Paper({ a: [], b: [] })
    const outcome = await paper.run({ confirm: () => Promise.reject(new Error('asked')) })
    expect(outcome).toBe('unchanged')
  })

  it('sends one node ahead where something runs already, and stops when that one fails', async () => {
    const paper = new Paper({ a: [update], b: [update], c: [update] }, ['a'])
    expect(await paper.run()).toBe('failed')
    expect(paper.converged).toEqual(['a'])
    expect(paper.released.sort()).toEqual(['b', 'c'])
  })

  it('changes members of a group one at a time, the leader last', async () => {
    const paper = new Paper({ a: [update], b: [update], c: [update] })
    await paper.run({ groups: [group(['a', 'b', 'c'], 'a')] })
    expect(paper.converged).toEqual(['b', 'c', 'a'])
  })

  it('forms a new group all at once: there is nothing to disrupt', async () => {
    const paper = new Paper({ a: [create], b: [create], c: [create] })
    await paper.run({ groups: [group(['a', 'b', 'c'], 'a', () => [], [])] })
    expect(paper.converged).toEqual(['a', 'b', 'c'])
  })

  it('touches no healthy member while another one is down, and says which', async () => {
    const paper = new Paper({ a: [update], b: [update], c: [] })
    expect(await paper.run({ groups: [group(['a', 'b', 'c'], 'a', () => ['c'])] })).toBe('failed')
    expect(paper.converged).toEqual([])
    const told = paper.events.find((event) => event.type === 'node-finished' && event.node === 'b')
    expect(told).toMatchObject({ outcome: 'failed' })
    expect(JSON.stringify(told)).toContain('c is not healthy')
  })

  it('stops when a member dies half-way', async () => {
    const paper = new Paper({ a: [update], b: [update], c: [update] })
    const sick = (): readonly string[] => (paper.converged.includes('b') ? ['b'] : [])
    await paper.run({ groups: [group(['a', 'b', 'c'], 'a', sick)] })
    expect(paper.converged).toEqual(['b'])
  })

  it('does before the nodes what an engine must not put off, and counts it once', async () => {
    const paper = new Paper({ a: [create] })
    const order: string[] = []
    const differences = ['early', 'late'].map((address) => ({
      address,
      action: 'update' as const,
      reason: '',
      differences: [],
    }))
    const tell = (address: string): { address: string; action: 'update' } => {
      order.push(`${address} ${paper.converged.join()}`)
      return { address, action: 'update' }
    }
    const store: ClusterStore = {
      name: 'e',
      members: ['dead', 'a'],
      size: 2,
      runsAs: 'service:e.service',
      whole: () => Promise.resolve(differences),
      check: () => Promise.resolve({ differences, unseen: [] }),
      prepare: async (_link, node, done) => {
        if (node === 'dead') throw new Error('no answer')
        done(tell('early'))
        return Promise.resolve(undefined)
      },
      converge: (_link, _node, done) => Promise.resolve(done(tell('late'))),
    }
    await paper.run({ stores: [store] })
    expect(order).toEqual(['early ', 'late a'])
    expect(paper.events.at(-1)).toMatchObject({ summary: { changed: 3 } })
  })

  it('converges what belongs to the cluster once, after the nodes, through a member that answers', async () => {
    const paper = new Paper({ a: [create], b: [create] })
    const asked: string[] = []
    const store: ClusterStore = {
      name: 'consul',
      members: ['a', 'b'],
      size: 2,
      runsAs: 'service:consul.service',
      whole: () => Promise.resolve([]),
      check: () =>
        Promise.resolve({
          differences: [{ address: 'consul-kv:x', action: 'create', reason: 'new', differences: [] }],
          unseen: [],
        }),
      converge: (_, node, done) => {
        asked.push(node)
        if (node === 'a') return Promise.reject(new Error('it is busy'))
        expect(paper.converged).toHaveLength(2)
        done({ address: 'consul-kv:x', action: 'create' })
        return Promise.resolve()
      },
    }
    expect(await paper.run({ stores: [store] })).toBe('changed')
    expect(asked).toEqual(['a', 'b'])
    expect(paper.events).toContainEqual({
      type: 'resource-changed',
      node: 'cluster',
      address: 'cluster/consul-kv:x',
      action: 'create',
    })
  })

  it('fails a node whose gate stays shut, and waits for the gates of changed nodes only', async () => {
    const paper = new Paper({ a: [create], b: [] })
    const shut = (node: string): Gate => ({
      name: 'serving',
      node,
      engine: 'consul',
      patienceSeconds: 0.1,
      ask: () => Promise.resolve({ passed: false, detail: 'no leader' }),
    })
    await paper.run({ gates: [shut('a'), shut('b')] })
    expect(paper.outcomes()).toEqual({ a: 'failed', b: 'unchanged' })
  })

  it('restarts a node that asks for it and looks at it once more', async () => {
    const paper = new Paper({ a: [create] })
    const rebooted: string[] = []
    let looks = 0
    await paper.run({
      delivery: {
        link,
        letGo: () => Promise.resolve(),
        release: () => Promise.resolve(),
        leaseGroup: () => Promise.resolve({ kind: 'granted' }),
        reboot: (node) => {
          rebooted.push(node)
          return Promise.resolve()
        },
        observe: (node) => {
          looks += 1
          return Promise.resolve({
            node,
            reached: true,
            size: 1,
            pending: looks === 1 ? [create] : [],
            isManaged: true,
          })
        },
        converge: (node) =>
          Promise.resolve({
            node,
            summary: { unchanged: 0, changed: 1, failed: 0, skipped: 0 },
            reboot: true,
          }),
      },
    })
    expect(rebooted).toEqual(['a'])
    expect(looks).toBe(2)
    expect(paper.outcomes()).toEqual({ a: 'changed' })
  })
})

describe('a run in which something is sick', () => {
  it('leaves alone who shares a group with the member that failed, and nobody else', async () => {
    const paper = new Paper({ a: [update], b: [update], c: [], x: [vault], y: [vault], z: [] }, ['a'])
    const other = {
      ...group(['x', 'y', 'z'], 'x'),
      name: 'vault',
      interruptedBy: (at: string) => at === vault.address,
    }
    expect(await paper.run({ groups: [group(['a', 'b', 'c'], 'b'), other] })).toBe('failed')
    expect(paper.converged).toEqual(['a', 'y', 'x'])
    expect(paper.outcomes()).toMatchObject({ a: 'failed', b: 'skipped', x: 'changed', y: 'changed' })
    expect(paper.events.at(-1)).toMatchObject({ failedNodes: ['a'], unfinishedNodes: ['b'] })
  })

  it('mends the member that serves nothing before it touches one that serves', async () => {
    const paper = new Paper({ a: [update], b: [update], c: [update] })
    const sick = (): readonly string[] => (paper.converged.includes('c') ? [] : ['c'])
    expect(await paper.run({ groups: [group(['a', 'b', 'c'], 'a', sick)] })).toBe('changed')
    expect(paper.converged).toEqual(['c', 'b', 'a'])
  })

  it('does not change members of a group that another run holds, and says whose it is', async () => {
    const paper = new Paper({ a: [update], b: [], c: [] })
    for (const member of ['a', 'b']) paper.leases.set(member, 'eve')
    expect(await paper.run({ groups: [group(['a', 'b', 'c'], 'a')] })).toBe('failed')
    expect(paper.converged).toEqual([])
    expect(paper.events).toContainEqual(
      expect.objectContaining({ type: 'node-finished', node: 'a', code: 'GROUP_BUSY' }),
    )
  })

  it('gives the group back at its end', async () => {
    const paper = new Paper({ a: [update], b: [update], c: [] })
    await paper.run({ groups: [group(['a', 'b', 'c'], 'a')] })
    expect(paper.leases.size).toBe(0)
  })

  it('says of nodes that wait for a restart that they do, when one before them did not come back', async () => {
    const paper = new Paper({ a: [create], b: [create] })
    const reboot = (node: string): Promise<void> => Promise.reject(new Error(`${node} did not come back`))
    const outcome = await paper.run({
      groups: [{ ...group(['a', 'b'], 'b'), interruptedBy: () => false }],
      delivery: {
        ...paper.delivery(),
        reboot,
        converge: (node) =>
          Promise.resolve({
            node,
            summary: { unchanged: 0, changed: 1, failed: 0, skipped: 0 },
            reboot: true,
          }),
      },
    })
    expect(outcome).toBe('failed')
    expect(paper.outcomes()).toEqual({ a: 'failed', b: 'skipped' })
    expect(JSON.stringify(paper.events)).toContain('it has to be started anew, and it was not, because of a')
  })
})

describe('a run that somebody stops', () => {
  it('starts nothing new, says what was left out, and is told as interrupted', async () => {
    const stop = new AbortController()
    const paper = new Paper({ a: [update], b: [update], c: [] })
    const outcome = await paper.run({
      signal: stop.signal,
      groups: [group(['a', 'b', 'c'], 'b')],
      delivery: {
        ...paper.delivery(),
        converge: async (node) => {
          stop.abort()
          const nothing = { unchanged: 0, changed: 0, failed: 0, skipped: 0 }
          const failure = { message: 'the program goes on', code: 'PROGRAM_GOES_ON' }
          return Promise.resolve({ node, summary: nothing, reboot: false, failure, goesOn: true })
        },
      },
    })
    expect(outcome).toBe('interrupted')
    expect(paper.outcomes()).toMatchObject({ a: 'unfinished', b: 'skipped' })
    expect(paper.events.at(-1)).toMatchObject({
      type: 'run-finished',
      outcome: 'interrupted',
      failedNodes: [],
      unfinishedNodes: ['a', 'b'],
    })
  })

  it('does not restart a node and waits for no gate after that', async () => {
    const stop = new AbortController()
    const paper = new Paper({ a: [create], b: [create] })
    const rebooted: string[] = []
    const gate: Gate = {
      name: 'serving',
      node: 'b',
      engine: 'consul',
      patienceSeconds: 60,
      ask: () => Promise.reject(new Error('it was asked')),
    }
    await paper.run({
      signal: stop.signal,
      gates: [gate],
      delivery: {
        ...paper.delivery(),
        reboot: (node) => Promise.resolve(void rebooted.push(node)),
        converge: (node) => {
          if (node === 'b') stop.abort()
          const summary = { unchanged: 0, changed: 1, failed: 0, skipped: 0 }
          return Promise.resolve({ node, summary, reboot: node === 'a' })
        },
      },
    })
    expect(rebooted).toEqual([])
    expect(paper.outcomes()).toEqual({ a: 'skipped', b: 'unfinished' })
  })

  it('lets its nodes go when somebody leaves at the question', async () => {
    const paper = new Paper({ a: [create], b: [] })
    const left = paper.run({ confirm: () => Promise.reject(new Error('interrupted')) })
    await expect(left).rejects.toThrow('interrupted')
    expect(paper.released).toEqual(['a'])
    expect(paper.events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'interrupted' })
  })

  it('is told as declined when nobody agreed, and its nodes too', async () => {
    const paper = new Paper({ a: [create], b: [] })
    expect(await paper.run({ confirm: () => Promise.resolve(false) })).toBe('declined')
    expect(paper.outcomes()).toEqual({ a: 'declined', b: 'unchanged' })
  })
})
