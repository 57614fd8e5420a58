import { describe, expect, it, vi } from 'vitest'
import { Paper, create, update } from '../../test/rollout/paper.ts'
import type { ClusterDifference, ClusterStore, EngineProbe, EngineStatus, Gate } from '../engines/contract.ts'
import type { EventBody } from '../events/event.ts'
import type { Observation } from './work.ts'

const ENTRY: ClusterDifference = {
  address: 'consul-kv:x',
  action: 'create',
  reason: 'there is no such key',
  differences: [],
}

function store(changes: Partial<ClusterStore> = {}): ClusterStore {
  return {
    name: 'consul',
    members: ['a', 'b'],
    size: 2,
    runsAs: 'service:consul.service',
    whole: () => Promise.resolve([ENTRY]),
    check: () => Promise.resolve({ differences: [ENTRY], unseen: [] }),
    converge: (_, __, done) => Promise.resolve(done(ENTRY)),
    ...changes,
  }
}

const same = store({ check: () => Promise.resolve({ differences: [], unseen: [] }) })

const WELL: EngineStatus = {
  name: 'consul',
  healthy: true,
  detail: 'all is well',
  problems: [],
  unknown: [],
  members: [],
  failingChecks: [],
}

function critical(node: string): EngineStatus {
  const check = {
    node,
    service: 'doorbell',
    check: 'doorbell http',
    state: 'critical',
    output: 'connection refused',
  } as const
  return { ...WELL, failingChecks: [check] }
}

/** Answers with one after the other; the last one stays. */
function probe(...answers: readonly (EngineStatus | Error)[]): EngineProbe & { asked: number } {
  const made = {
    name: 'consul',
    members: ['a', 'b'],
    asked: 0,
    ask: (): Promise<EngineStatus> => {
      const answer = answers[Math.min(made.asked++, answers.length - 1)] as EngineStatus | Error
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    },
  }
  return made
}

function engineOf({ events }: Paper): Extract<EventBody, { type: 'engine-finished' }> | undefined {
  return events.find((event) => event.type === 'engine-finished')
}

describe('a run with nothing to do', () => {
  it('is well when the engine says so, at the cost of one question', async () => {
    const paper = new Paper({ a: [], b: [] })
    const asked = probe(WELL)
    expect(await paper.run({ stores: [same], probes: [asked] })).toBe('unchanged')
    expect(asked.asked).toBe(1)
    expect(engineOf(paper)).toMatchObject({ outcome: 'unchanged', problems: [] })
  })

  it('is well beside a member whose node left the cluster file, and says how to end that', async () => {
    const paper = new Paper({ a: [], b: [] })
    const asked = probe({ ...WELL, strangers: [{ name: 'dog', unit: 'consul.service' }] })
    expect(await paper.run({ stores: [same], probes: [asked] })).toBe('unchanged')
    const told = paper.events.find((event) => event.type === 'warning')
    expect(told).toMatchObject({ code: 'MEMBER_LEFT_RUNNING' })
    expect(JSON.stringify(told)).toContain('sudo systemctl disable --now consul.service')
  })

  it.each(['plan', 'apply'] as const)('is not well while a declared check fails: %s', async (mode) => {
    const paper = new Paper({ a: [], b: [] })
    expect(await paper.run({ mode, stores: [same], probes: [probe(critical('b'))] })).toBe('failed')
    expect(engineOf(paper)).toMatchObject({
      outcome: 'failed',
      code: 'ENGINE_NOT_WELL',
      problems: ['doorbell on b is not passing: connection refused'],
    })
  })

  it.each(['plan', 'apply'] as const)('is incomplete when nobody could be asked: %s', async (mode) => {
    const paper = new Paper({ a: [], b: [] })
    const silent = store({ check: () => Promise.reject(new Error('there is no leader')) })
    expect(await paper.run({ mode, stores: [silent], probes: [probe(new Error('no leader'))] })).toBe(
      'incomplete',
    )
    expect(engineOf(paper)).toMatchObject({
      outcome: 'skipped',
      code: 'ENGINE_UNREACHABLE',
      message: 'consul cannot be asked: a: there is no leader; b: there is no leader',
    })
  })

  it('says of nodes that cannot be reached that they failed, and of the engine that it was not asked', async () => {
    const paper = new Paper({ a: undefined, b: undefined })
    const asked = probe(new Error('a cannot be reached'))
    expect(await paper.run({ stores: [same], probes: [asked] })).toBe('failed')
    expect(paper.outcomes()).toEqual({ a: 'failed', b: 'failed' })
  })

  it('looks again at what passes by itself, such as a server that is late for a moment', async () => {
    const paper = new Paper({ a: [], b: [] })
    const late = { ...WELL, healthy: false, detail: 'a is late' }
    const asked = probe(late, late, WELL)
    expect(await paper.run({ stores: [same], probes: [asked] })).toBe('unchanged')
    expect(asked.asked).toBe(3)
  })

  it('does not care for checks of nodes that it is not about', async () => {
    const paper = new Paper({ a: [] })
    expect(await paper.run({ stores: [same], probes: [probe(critical('z'))] })).toBe('unchanged')
  })
})

describe('a plan', () => {
  it('shows what is not well beside what is to be done, which may be what mends it', async () => {
    const paper = new Paper({ a: [update], b: [] })
    expect(await paper.run({ mode: 'plan', stores: [same], probes: [probe(critical('a'))] })).toBe('changed')
    expect(engineOf(paper)).toMatchObject({
      outcome: 'unchanged',
      problems: [expect.stringContaining('doorbell')],
    })
  })

  it('of nodes without their engine says nothing of an engine that is not there yet', async () => {
    const paper = new Paper({ a: [create], b: [create] })
    const outcome = await paper.run({
      mode: 'plan',
      stores: [store()],
      probes: [probe(new Error('refused'))],
    })
    expect(outcome).toBe('changed')
    expect(engineOf(paper)).toMatchObject({ outcome: 'changed', summary: { changed: 1 } })
  })
})

describe('an apply', () => {
  it('waits until a check that it has brought about passes', async () => {
    const paper = new Paper({ a: [create], b: [create] })
    const asked = probe(new Error('not yet'), new Error('not yet'), critical('a'), critical('a'), WELL)
    expect(await paper.run({ stores: [store()], probes: [asked] })).toBe('changed')
    expect(asked.asked).toBe(5)
  })

  it('does not wait for a check that failed before it began, and is not well all the same', async () => {
    const paper = new Paper({ a: [update], b: [] })
    const asked = probe(critical('b'))
    expect(await paper.run({ stores: [same], probes: [asked] })).toBe('failed')
    expect(asked.asked).toBe(2)
    expect(paper.outcomes()).toEqual({ a: 'changed', b: 'unchanged' })
  })

  it('names the nodes whose own failure is the cause, and waits for nobody', async () => {
    const paper = new Paper({ a: [create], b: [create] }, ['a', 'b'])
    const refusing = store({ converge: () => Promise.reject(new Error('connection refused')) })
    expect(await paper.run({ stores: [refusing] })).toBe('failed')
    expect(engineOf(paper)).toMatchObject({
      outcome: 'failed',
      code: 'ENGINE_MEMBERS_FAILED',
      message: 'what belongs to consul was not changed: a, b did not come through',
      summary: { failed: 0 },
    })
  })

  it('converges what belongs to the cluster through a member with a failure of its own, when it answers', async () => {
    const paper = new Paper({ a: [create], b: [create] }, ['a', 'b'])
    await paper.run({ stores: [store()] })
    expect(engineOf(paper)).toMatchObject({ outcome: 'changed', summary: { changed: 1, unchanged: 1 } })
  })

  it('tells what a store waits for, and ends the wait with the run', async () => {
    const end = new AbortController()
    const paper = new Paper({ a: [], b: [] })
    const waiting = store({
      converge: (_, __, done, ___, patience) => {
        patience?.waits('web: 1 of 2 healthy')
        end.abort()
        return Promise.resolve(
          done(patience?.signal?.aborted === true ? { ...ENTRY, failure: 'ended' } : ENTRY),
        )
      },
    })
    expect(await paper.run({ stores: [waiting], signal: end.signal })).toBe('interrupted')
    const told = paper.events.flatMap((event) => (event.type === 'phase-started' ? [event.detail] : []))
    expect(told).toContain('consul: web: 1 of 2 healthy')
    expect(paper.events).toContainEqual(
      expect.objectContaining({ type: 'resource-failed', message: 'ended' }),
    )
  })

  it('tells of an engine what it refused, in a row of its own', async () => {
    const paper = new Paper({ a: [], b: [] })
    const refusing = store({
      converge: (_, __, done) => Promise.resolve(done({ ...ENTRY, failure: 'too large' })),
    })
    expect(await paper.run({ stores: [refusing] })).toBe('failed')
    expect(engineOf(paper)).toMatchObject({
      outcome: 'failed',
      code: 'CLUSTER_RESOURCES_FAILED',
      message: 'consul did not take consul-kv:x',
      summary: { failed: 1 },
    })
  })
})

describe('the gate of a node', () => {
  const gate = (node: string, passed: boolean): Gate & { asked: number } => {
    const made = {
      name: 'member',
      node,
      engine: 'consul',
      patienceSeconds: 0.1,
      asked: 0,
      ask: () => {
        made.asked += 1
        return Promise.resolve({ passed, detail: 'its token is not known' })
      },
    }
    return made
  }

  it('must hold on a node that was not changed, when what the cluster holds was', async () => {
    const paper = new Paper({ a: [], b: [] })
    expect(await paper.run({ stores: [store()], gates: [gate('a', true), gate('b', false)] })).toBe('failed')
    expect(paper.outcomes()).toEqual({ a: 'unchanged', b: 'failed' })
  })

  it('is asked once and not waited for, when what it stands on could not be made', async () => {
    const paper = new Paper({ a: [create], b: [] })
    const refusing = store({
      converge: (_, __, done) => Promise.resolve(done({ ...ENTRY, failure: 'denied' })),
    })
    const shut = { ...gate('a', false), patienceSeconds: 60 }
    await paper.run({ stores: [refusing], gates: [shut] })
    expect(paper.outcomes()).toEqual({ a: 'failed', b: 'unchanged' })
  })

  it('is told what was changed and when', async () => {
    const paper = new Paper({ a: [update] })
    let told: unknown
    const curious: Gate = {
      ...gate('a', true),
      ask: (_, change) => {
        told = change
        return Promise.resolve({ passed: true, detail: '' })
      },
    }
    await paper.run({ gates: [curious] })
    expect(told).toEqual({ since: expect.any(Date) as Date, changed: [update] })
  })
})

it('tells for every node how long it was worked on, without the wait for its turn', async () => {
  const paper = new Paper({ a: [create], b: [create] })
  // The clock stands still but for the work itself.
  let clock = 1000
  const watch = vi.spyOn(performance, 'now').mockImplementation(() => clock)
  const took: Record<string, number> = { a: 300, b: 100 }
  const seen = (node: string): Observation => ({
    node,
    reached: true,
    size: 1,
    pending: [create],
    isManaged: false,
  })
  await paper.run({
    concurrency: 1,
    delivery: {
      ...paper.delivery(),
      observe: (node) => Promise.resolve(seen(node)),
      converge: async (node) => {
        await Promise.resolve()
        clock += took[node] ?? 0
        return { node, summary: { unchanged: 0, changed: 1, failed: 0, skipped: 0 }, reboot: false }
      },
    },
  })
  const seconds = paper.events.flatMap((event) =>
    event.type === 'node-finished' ? [event.seconds ?? -1] : [],
  )
  watch.mockRestore()
  expect(seconds).toEqual([0.3, 0.1])
})
