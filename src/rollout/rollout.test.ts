import { describe, expect, it } from 'vitest'
import type { ClusterStore, Gate, GroupState, NodeLink, QuorumGroup } from '../engines/contract.ts'
import type { EventBody } from '../events/event.ts'
import { rollOut } from './rollout.ts'
import type { Observation, PendingChange, Rollout } from './work.ts'

const link: NodeLink = { connect: () => Promise.reject(new Error('nobody listens')) }
const update: PendingChange = { address: 'service:consul.service', action: 'update' }
const create: PendingChange = { address: 'service:consul.service', action: 'create' }

/** A cluster on paper: what each node's look brings, which nodes fail, and in which order they were changed. */
class Paper {
  readonly events: EventBody[] = []
  readonly converged: string[] = []
  readonly released: string[] = []
  readonly down = new Set<string>()
  readonly #pending: Readonly<Record<string, readonly PendingChange[] | undefined>>
  readonly #failing: ReadonlySet<string>

  constructor(
    pending: Readonly<Record<string, readonly PendingChange[] | undefined>>,
    failing: readonly string[] = [],
  ) {
    this.#pending = pending
    this.#failing = new Set(failing)
  }

  async run(more: Partial<Rollout> = {}): Promise<string> {
    return rollOut({
      mode: 'apply',
      nodes: Object.keys(this.#pending).map((name) => ({ name, roles: ['agent'] })),
      groups: [],
      gates: [],
      stores: [],
      concurrency: 10,
      emit: (event) => this.events.push(event),
      delivery: {
        link,
        observe: (node) => Promise.resolve(this.#seen(node)),
        converge: (node) => {
          this.converged.push(node)
          const failed = this.#failing.has(node) ? 1 : 0
          return Promise.resolve({
            node,
            summary: { unchanged: 0, changed: 1 - failed, failed, skipped: 0 },
            reboot: false,
          })
        },
        reboot: () => Promise.resolve(),
        release: (node) => {
          this.released.push(node)
          return Promise.resolve()
        },
        letGo: () => Promise.resolve(),
      },
      ...more,
    })
  }

  #seen(node: string): Observation {
    const pending = this.#pending[node]
    if (!pending) return { node, reached: false, message: 'it does not answer', fix: 'look at its cable' }
    return { node, reached: true, size: 3, pending, isManaged: true }
  }

  outcomes(): Record<string, string> {
    return Object.fromEntries(
      this.events.flatMap((event) => (event.type === 'node-finished' ? [[event.node, event.outcome]] : [])),
    )
  }
}

/** A formed group whose members are all well, but for those that are named. */
function group(
  members: readonly string[],
  leader: string,
  sick: () => readonly string[] = () => [],
): QuorumGroup {
  return {
    name: 'consul servers',
    members,
    patienceSeconds: 0.1,
    interruptedBy: (address) => address === 'service:consul.service',
    returned: () => Promise.resolve({ passed: true, detail: 'it is back' }),
    observe: (): Promise<GroupState> =>
      Promise.resolve({
        formed: true,
        detail: '',
        failureTolerance: Math.floor((members.length - 1) / 2) - sick().length,
        members: members.map((node) => ({
          node,
          voter: true,
          healthy: !sick().includes(node),
          leader: node === leader,
        })),
      }),
  }
}

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
    expect(await new Paper({ a: [] }).run({ allowed, confirm })).toBe('unchanged')
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
    await paper.run({ groups: [group(['a', 'b', 'c'], 'a')] })
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

describe('a member that is no longer wanted', () => {
  it('leaves in its turn, and nobody waits for it to come back', async () => {
    const gone: PendingChange = { address: 'service:consul.service', action: 'remove' }
    const paper = new Paper({ d: [gone], e: [gone] })
    let asked = 0
    const members: QuorumGroup = {
      ...group(['a', 'b', 'c'], 'a'),
      returned: () => {
        asked += 1
        return Promise.resolve({ passed: false, detail: 'gone' })
      },
    }
    expect(await paper.run({ groups: [members] })).toBe('changed')
    expect(paper.converged).toEqual(['d', 'e'])
    expect(asked).toBe(0)
  })
})
