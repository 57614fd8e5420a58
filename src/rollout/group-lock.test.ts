import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupState, type GroupState } from '../engines/raft-group.ts'
import { GroupLock } from './group-lock.ts'
import { waitForTurn } from './guard.ts'
import type { LeaseWish, MemberLease } from './work.ts'

const MEMBERS = ['a', 'b', 'c']
/** Somebody who serves nothing and still knows who votes. */
const REMEMBERED = {
  node: 'x',
  answers: true,
  listens: true,
  problem: '',
  peers: MEMBERS.map((name) => ({ name, node: name, voter: true, healthy: true })),
}

/** The leases of one group, as its members keep them, whoever asks. */
class Members {
  readonly holders = new Map<string, string>()
  readonly away = new Set<string>()
  /** Members on which the program of a run is at work. */
  readonly busy = new Map<string, string>()
  readonly asked: string[] = []

  /** What one run is answered. */
  askedBy(run: string) {
    return {
      leaseGroup: async (member: string, wish: LeaseWish): Promise<MemberLease> => {
        // Others may come in between at any point.
        await new Promise((resolve) => setImmediate(resolve))
        this.asked.push(`${run} ${wish.wish} ${member}`)
        return this.#answer(run, member, wish)
      },
    }
  }

  #answer(run: string, member: string, { wish }: LeaseWish): MemberLease {
    if (this.away.has(member)) return { kind: 'unreached', problem: `${member} does not answer` }
    const holder = this.holders.get(member)
    if (wish === 'give') {
      if (holder === run) this.holders.delete(member)
      return { kind: 'granted' }
    }
    const worker = this.busy.get(member)
    if (worker !== undefined && worker !== run) return { kind: 'at-work', run: worker }
    if (holder !== undefined && holder !== run)
      return { kind: 'held', run: holder, by: `${holder}@desk`, sinceSeconds: 7 }
    this.holders.set(member, run)
    return { kind: 'granted' }
  }
}

const lockOf = (members: Members, run: string, names = MEMBERS): GroupLock =>
  new GroupLock('consul', names, members.askedBy(run))

describe('the lock of a consensus group', () => {
  it('is given to one run at a time, and says who has it and what to type', async () => {
    const members = new Members()
    const ada = lockOf(members, 'ada')
    expect(await ada.take()).toMatchObject({ passed: true })
    const refused = await lockOf(members, 'eve').take()
    expect(refused).toMatchObject({ passed: false, detail: 'ada@desk changes it (run ada)' })
    expect(refused.refusal).toMatchObject({
      code: 'GROUP_BUSY',
      summary: 'ada@desk holds the group consul since 7 s',
      fix: expect.stringContaining('--take-over') as string,
    })
    await ada.give()
    expect(members.holders.size).toBe(0)
    expect(await lockOf(members, 'eve').take()).toMatchObject({ passed: true })
  })

  it('outlives the restart of a member: most of the members still say whose it is', async () => {
    const members = new Members()
    const ada = lockOf(members, 'ada')
    await ada.take()
    members.holders.delete('a')
    expect(await lockOf(members, 'eve').take()).toMatchObject({ passed: false })
    expect(members.holders.get('a')).toBeUndefined()
    expect(await ada.take()).toMatchObject({ passed: true })
    expect(members.holders.get('a')).toBe('ada')
  })

  it('can be had while one of three members is away, and not while two are', async () => {
    const members = new Members()
    members.away.add('a')
    expect(await lockOf(members, 'ada').take()).toMatchObject({ passed: true })
    members.holders.clear()
    members.away.add('b')
    const refused = await lockOf(members, 'ada').take()
    expect(refused).toMatchObject({ passed: false, isOutOfReach: true })
    expect(refused.refusal).toMatchObject({ code: 'GROUP_OUT_OF_REACH' })
    expect(members.holders.size).toBe(0)
  })

  it('is not given while the program of another run is at work on a member, even one whose controller is gone', async () => {
    const members = new Members()
    members.busy.set('c', 'dead')
    expect(await lockOf(members, 'eve').take()).toMatchObject({
      passed: false,
      detail: 'run dead is still at work on c',
      refusal: {
        code: 'GROUP_MEMBER_AT_WORK',
        fix: expect.stringContaining('bramble apply --node c --take-over') as string,
      },
    })
    expect(members.holders.size).toBe(0)
    members.busy.clear()
    expect(await lockOf(members, 'eve').take()).toMatchObject({ passed: true })
  })

  it('is seen to be lost when others have most of the members now', async () => {
    const members = new Members()
    const ada = lockOf(members, 'ada')
    await ada.take()
    for (const member of ['b', 'c']) members.holders.set(member, 'eve')
    expect(await ada.take()).toMatchObject({ passed: false })
    expect(ada.isHeld).toBe(false)
    expect([...members.holders.values()]).toEqual(['eve', 'eve'])
  })

  it('never has two holders, whoever asks when, whoever is away and whoever restarts', async () => {
    const step = fc.record({
      run: fc.constantFrom('ada', 'eve', 'mia'),
      act: fc.constantFrom('take', 'take', 'give', 'restart', 'away', 'back'),
      member: fc.nat(4),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(step, { maxLength: 30 }),
        async (size, steps) => {
          const names = Array.from({ length: size }, (_, index) => `m${index}`)
          const members = new Members()
          const locks = new Map(['ada', 'eve', 'mia'].map((run) => [run, lockOf(members, run, names)]))
          // A member that restarts comes back before the next one does: that is what a turn is for.
          let restarted: string | undefined
          for (let at = 0; at < steps.length; at += 3) {
            const three = steps.slice(at, at + 3)
            for (const { act, member } of three) {
              const name = names[member % size] as string
              const holder = [...locks].find(([, lock]) => lock.isHeld)?.[0]
              const kept = names.filter((other) => members.holders.get(other) === holder).length
              if (act === 'restart' && restarted === undefined && kept - 1 > size / 2)
                members.holders.delete((restarted = name))
              if (act === 'away') members.away.add(name)
              if (act === 'back') members.away.delete(name)
            }
            await Promise.all(
              three.map(async ({ run, act }) => {
                if (act === 'take') await locks.get(run)?.take()
                if (act === 'give') await locks.get(run)?.give()
              }),
            )
            restarted = undefined
            const holding = [...locks.keys()].filter((run) => locks.get(run)?.isHeld)
            expect(holding.length).toBeLessThanOrEqual(1)
          }
          for (const lock of locks.values()) await lock.give()
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('a turn in a group', () => {
  const observe = (sick: () => readonly string[]) => (): Promise<GroupState> => {
    const peers = MEMBERS.map((name) => ({ name, node: name, voter: true, healthy: !sick().includes(name) }))
    const answers = MEMBERS.map((node) => {
      const isWell = !sick().includes(node)
      const said = { node, answers: isWell, listens: isWell, problem: '' }
      return isWell
        ? { ...said, leader: MEMBERS.find((one) => !sick().includes(one)) ?? '', peers }
        : { ...said, peers: [] }
    })
    return Promise.resolve(groupState(MEMBERS, [...answers, REMEMBERED]))
  }
  const turn = (members: Members, run: string, node: string, more: object = {}) => ({
    group: { name: 'consul', patienceSeconds: 5 },
    observe: observe(() => []),
    leaves: false,
    lock: lockOf(members, run),
    node,
    lockPatienceSeconds: 5,
    unreached: new Set<string>(),
    ...more,
  })

  it('comes after that of another run, which is told meanwhile', async () => {
    const members = new Members()
    const ada = lockOf(members, 'ada')
    await ada.take()
    const waited: string[] = []
    const waiting = waitForTurn(
      turn(members, 'eve', 'a', {
        waits: (detail: string) => {
          waited.push(detail)
          void ada.give()
        },
      }),
    )
    expect(await waiting).toMatchObject({ passed: true })
    expect(waited).toEqual(['ada@desk changes it (run ada)'])
  })

  it('gives the group back while it waits for another member, so that another run can mend that one', async () => {
    const members = new Members()
    let sick: readonly string[] = []
    const eve = turn(members, 'eve', 'a', { observe: observe(() => sick) })
    expect(await waitForTurn(eve)).toMatchObject({ passed: true })
    sick = ['b']
    const next = waitForTurn({
      ...eve,
      node: 'c',
      waits: () => {
        expect(eve.lock.isHeld).toBe(false)
        sick = []
      },
    })
    expect(await next).toMatchObject({ passed: true })
  })

  it('is not waited for when the member that is in the way cannot be reached', async () => {
    const members = new Members()
    const waited: string[] = []
    const answer = await waitForTurn(
      turn(members, 'eve', 'a', {
        observe: observe(() => ['b']),
        unreached: new Set(['b']),
        waits: (detail: string) => waited.push(detail),
      }),
    )
    expect(answer).toMatchObject({
      passed: false,
      detail: expect.stringContaining('b is not healthy') as string,
    })
    expect(waited).toEqual([])
  })

  it('comes to a member that serves nothing although too few answer to hold the group', async () => {
    const members = new Members()
    for (const member of ['b', 'c']) members.away.add(member)
    const sick = observe(() => MEMBERS)
    expect(await waitForTurn(turn(members, 'eve', 'a', { observe: sick }))).toMatchObject({ passed: true })
    expect(await waitForTurn(turn(members, 'eve', 'a', { lockPatienceSeconds: 0 }))).toMatchObject({
      passed: false,
    })
  })
})
