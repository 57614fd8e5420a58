/** What managers say, in answers as dockerd 26.1 gave them, to what may be done. */
import { expect, it } from 'vitest'
import type { NodeReply } from './replies.ts'
import { groupState as stateOf, type GroupState } from '../raft-group.ts'
import { managerAnswer, type ManagerView } from './swarm-group.ts'

const MANAGERS = ['ant', 'bee', 'cow']
const ACTIVE = { NodeID: 'x', LocalNodeState: 'active', ControlAvailable: true, Error: '' } as const

function entry(name: string, reach: string | undefined, leader = false): NodeReply {
  return {
    ID: name,
    Version: { Index: 1 },
    Spec: {
      Labels: { 'bramble.node': name },
      Role: reach === undefined ? 'worker' : 'manager',
      Availability: 'active',
    },
    Description: { Hostname: name },
    Status: { State: reach === 'unreachable' ? 'down' : 'ready' },
    ManagerStatus:
      reach === undefined ? null : { Leader: leader, Reachability: reach, Addr: '192.0.2.1:2377' },
  }
}

const groupState = (wanted: readonly string[], views: readonly ManagerView[]): GroupState =>
  stateOf(wanted, views.map(managerAnswer))

const led = (nodes: readonly NodeReply[]) => (node: string) => ({ node, state: ACTIVE, nodes })

it('may lose one of three that are well, and none when one is gone already', () => {
  const well = [entry('ant', 'reachable', true), entry('bee', 'reachable'), entry('cow', 'reachable')]
  const state = groupState(MANAGERS, MANAGERS.map(led(well)))
  expect(state).toMatchObject({ formed: true, failureTolerance: 1 })
  expect(state.members.find(({ leader }) => leader)?.node).toBe('ant')
  const one = [well[0], well[1], entry('cow', 'unreachable')].flatMap((node) => node ?? [])
  const views: ManagerView[] = [...['ant', 'bee'].map(led(one)), { node: 'cow', problem: 'no answer' }]
  expect(groupState(MANAGERS, views)).toMatchObject({
    failureTolerance: 0,
    detail: '3 voters, led by ant, not healthy: cow; none may be lost',
  })
})

it('does not take the word of the others for that of a manager whose own log is torn', () => {
  const nodes = [entry('ant', 'reachable', true), entry('bee', 'reachable'), entry('cow', 'reachable')]
  const torn: ManagerView = {
    node: 'cow',
    state: { ...ACTIVE, LocalNodeState: 'error', ControlAvailable: false, Error: 'cannot open its log' },
    problem: 'cannot open its log',
  }
  const state = groupState(MANAGERS, [...['ant', 'bee'].map(led(nodes)), torn])
  expect(state.members.find(({ node }) => node === 'cow')?.healthy).toBe(false)
  expect(state.failureTolerance).toBe(0)
})

it('is not formed where nobody is in a swarm, and leaderless where some are', () => {
  const outside = MANAGERS.map((node): ManagerView => ({
    node,
    state: { ...ACTIVE, LocalNodeState: 'inactive' },
  }))
  expect(groupState(MANAGERS, outside)).toMatchObject({ formed: false })
  const mute = MANAGERS.map((node): ManagerView => ({
    node,
    state: ACTIVE,
    problem: 'The swarm does not have a leader',
  }))
  expect(groupState(MANAGERS, mute)).toMatchObject({
    formed: true,
    isLed: false,
    detail: 'there is no leader: the members do not agree on one',
  })
})

it('lets go of who has been made a worker', () => {
  const nodes = [
    entry('ant', 'reachable', true),
    entry('bee', 'reachable'),
    entry('cow', undefined),
    entry('dog', 'reachable'),
  ]
  const state = groupState(['ant', 'bee', 'dog'], ['ant', 'bee', 'dog'].map(led(nodes)))
  expect(state.members.find(({ node }) => node === 'cow')).toBeUndefined()
  expect(state.failureTolerance).toBe(1)
})

it('counts no vote of those who are managers by name alone, after the swarm was made anew from one', () => {
  const byName = (name: string): NodeReply => ({
    ...entry(name, 'unreachable'),
    ManagerStatus: null,
  })
  const nodes = [entry('ant', 'reachable', true), byName('bee'), byName('cow')]
  expect(groupState(MANAGERS, [led(nodes)('ant')]).detail).toBe(
    '1 voter, led by ant, all healthy, not voting: bee, cow; none may be lost',
  )
})
