import { describe, expect, it } from 'vitest'
import { groupState as stateOf, type GroupState } from '../raft-group.ts'
import type { Addressed } from './address-text.ts'
import { judge } from './judge.ts'
import type { HealthReply } from './replies.ts'
import { memberAnswer, type ServerView } from './server-view.ts'

const NAMES = ['hammond', 'oneil', 'carter']
const addressOf = (name: string): string => `192.0.2.${NAMES.indexOf(name) + 10}`
const servers = NAMES.map((name): Addressed => ({ name, address: addressOf(name) }))
const peers = NAMES.map((name) => `${addressOf(name)}:8300`)

type Server = HealthReply['Servers'][number]

function server(name: string, changes: Partial<Server> = {}): Server {
  return {
    ID: `id-${name}`,
    Name: name,
    Address: `${addressOf(name)}:8300`,
    SerfStatus: 'alive',
    Version: '1.19.2',
    Leader: name === 'oneil',
    LastIndex: 100,
    Healthy: true,
    Voter: true,
    StableSince: '2026-01-01T00:00:00Z',
    ...changes,
  }
}

function health(...changed: Server[]): HealthReply {
  const others = NAMES.filter((name) => !changed.some(({ Name }) => Name === name)).map((name) =>
    server(name),
  )
  return { Healthy: true, FailureTolerance: 1, Servers: [...others, ...changed] }
}

function view(node: string, changes: Partial<ServerView> = {}): ServerView {
  return {
    node,
    answers: true,
    listens: true,
    problem: '',
    leader: `${addressOf('oneil')}:8300`,
    peers,
    ...changes,
  }
}

/** What the servers say, as one statement. */
function groupState(wanted: readonly Addressed[], views: readonly ServerView[]): GroupState {
  const names = wanted.map(({ name }) => name)
  return stateOf(
    names,
    views.map((one) => memberAnswer(wanted, one)),
  )
}

const silent = (node: string): ServerView => ({
  node,
  answers: false,
  listens: false,
  problem: 'connection refused',
  leader: '',
  peers: [],
})

describe('the group of servers', () => {
  it('is not taken for new when something listens and nobody can be asked, as with certificates that have run out', () => {
    const unasked = NAMES.map((name) => ({
      ...silent(name),
      listens: true,
      problem: 'certificate has expired',
    }))
    expect(groupState(servers, unasked)).toMatchObject({ formed: true, failureTolerance: 0 })
    expect(groupState(servers, NAMES.map(silent))).toMatchObject({ formed: false })
  })

  it('can lose one of three when all are well', () => {
    const state = groupState(
      servers,
      NAMES.map((name) => view(name, { health: health() })),
    )
    expect(state).toMatchObject({ formed: true, failureTolerance: 1 })
    expect(state.detail).toBe('3 voters, led by oneil, all healthy; 1 may be lost')
  })

  it('is not formed while nobody has a leader or peers', () => {
    expect(groupState(servers, NAMES.map(silent)).formed).toBe(false)
    expect(
      groupState(
        servers,
        NAMES.map((name) => view(name, { leader: '', peers: [] })),
      ).formed,
    ).toBe(false)
  })

  it('was formed once when a server without a leader knows its peers', () => {
    const [one, ...others] = NAMES as [string, string, string]
    const state = groupState(servers, [view(one, { leader: '' }), ...others.map(silent)])
    expect(state).toMatchObject({ formed: true, failureTolerance: 0 })
    expect(state.detail).toBe('there is no leader: only hammond answers')
  })

  it('does not believe autopilot about a server that does not answer: its opinion is seconds old', () => {
    const state = groupState(servers, [
      view('hammond', { health: health() }),
      view('oneil', { health: health() }),
      silent('carter'),
    ])
    expect(state.failureTolerance).toBe(0)
    expect(state.members.find(({ node }) => node === 'carter')).toMatchObject({ healthy: false, voter: true })
  })

  it('counts voters by the raft configuration while it knows no token of ours', () => {
    const state = groupState(
      servers,
      NAMES.map((name) => view(name)),
    )
    expect(state).toMatchObject({ formed: true, failureTolerance: 1 })
    expect(state.members.map(({ leader }) => leader)).toEqual([false, true, false])
  })

  it('does not count a server that has yet to become a voter', () => {
    const reply = health(server('carter', { Voter: false }))
    const state = groupState(
      servers,
      NAMES.map((name) => view(name, { health: reply })),
    )
    expect(state.failureTolerance).toBe(0)
    expect(state.members.find(({ node }) => node === 'carter')?.voter).toBe(false)
  })

  it('needs a majority of all voters, also of those that the cluster file no longer has', () => {
    const reply = { ...health(), Servers: [...health().Servers, server('gone', { Healthy: false })] }
    const state = groupState(
      servers,
      NAMES.map((name) => view(name, { health: reply })),
    )
    // 4 voters need 3.
    expect(state.failureTolerance).toBe(0)
  })
})

describe('a restarted server', () => {
  const verdict = (reply: HealthReply, mark = 100) =>
    judge(reply, { name: 'oneil', address: addressOf('oneil') }, mark)

  it('is back when it votes, is healthy and has the write that came after its restart', () => {
    expect(verdict(health())).toMatchObject({ passed: true })
  })

  it('is not back while autopilot speaks of the process before: it lacks the write', () => {
    expect(verdict(health(), 101)).toEqual({
      passed: false,
      detail: 'nothing is known of oneil since its restart',
    })
  })

  it.each([
    [{ Voter: false }, 'no voter'],
    [{ Healthy: false }, 'not healthy'],
    [{ Address: '192.0.2.99:8300' }, 'at 192.0.2.99:8300 instead of 192.0.2.11'],
  ])('is not back with %j', (changes, detail) => {
    const answer = verdict(health(server('oneil', changes)))
    expect(answer.passed).toBe(false)
    expect(answer.detail).toContain(detail)
  })

  it('waits for the others that are there, and not for one that is gone', () => {
    const behind = server('carter', { Healthy: false })
    expect(verdict(health(behind))).toMatchObject({ passed: false, detail: 'carter not healthy yet' })
    expect(verdict(health({ ...behind, SerfStatus: 'failed' })).passed).toBe(true)
  })

  it('may have any address when it finds its own', () => {
    const reply = health(server('oneil', { Address: '10.70.0.2:8300' }))
    expect(judge(reply, { name: 'oneil' }, 100).passed).toBe(true)
  })
})
