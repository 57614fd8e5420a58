/** What status says of servers, from what they say of themselves. */
import { describe, expect, it } from 'vitest'
import { statusOf } from './status.ts'

const SERVERS = ['ada', 'bob', 'cyd']

const server = (Name: string, Voter: boolean, Leader = false) => ({
  ID: Name,
  Name,
  Address: `${Name}:8300`,
  SerfStatus: 'alive',
  Version: '1.8.7',
  Leader,
  LastIndex: 1,
  Healthy: true,
  Voter,
  StableSince: '',
})
const members = SERVERS.map((Name) => ({ Name, Addr: Name, Status: 1, Tags: { role: 'consul' } }))
const health = (voters: readonly string[], FailureTolerance: number) => ({
  Healthy: true,
  FailureTolerance,
  Servers: SERVERS.map((name) => server(name, voters.includes(name), name === 'ada')),
})

/** What is said of servers of which these vote. */
const look = (voters: readonly string[], tolerance: number, servers: readonly string[] = SERVERS) =>
  statusOf(
    { servers, clients: [], nodes: [] },
    members,
    { ok: true, value: health(voters, tolerance) },
    { ok: true, value: [] },
  )

describe('the status of the servers', () => {
  it('is well when all that are wanted vote', () => {
    expect(look(SERVERS, 1)).toMatchObject({
      healthy: true,
      detail: '3 voters, led by ada; 1 server may be lost; 3 of 3 members alive',
      problems: [],
    })
  })

  it('is not well while a server that came back does not vote yet, whatever autopilot calls healthy', () => {
    expect(look(['ada', 'bob'], 0)).toMatchObject({
      healthy: false,
      detail: '2 voters, led by ada; 0 servers may be lost; 3 of 3 members alive',
      problems: ['cyd does not vote'],
    })
  })

  it('is not well while a wanted server is unknown', () => {
    const wanted = [...SERVERS, 'dan', 'eve']
    expect(look(SERVERS, 1, wanted)).toMatchObject({
      healthy: false,
      problems: ['dan is no member', 'eve is no member', 'dan does not vote', 'eve does not vote'],
    })
  })

  it('tells of a member on a computer that the cluster file does not have, and takes it for no problem', () => {
    const stranger = { Name: 'left', Addr: 'left', Status: 1, Tags: { role: 'node' } }
    const seen = statusOf(
      { servers: SERVERS, clients: [], nodes: SERVERS },
      [...members, stranger],
      { ok: true, value: health(SERVERS, 1) },
      { ok: true, value: [] },
    )
    expect(seen).toMatchObject({
      healthy: true,
      problems: [],
      strangers: [{ name: 'left', unit: 'consul.service' }],
    })
  })

  it('is not well when the servers of the cluster file cannot decide without a stranger', () => {
    const seen = statusOf(
      { servers: ['ada'], clients: [], nodes: ['ada'] },
      members,
      { ok: true, value: health(SERVERS, 1) },
      { ok: true, value: [] },
    )
    expect(seen.healthy).toBe(false)
    expect(seen.problems).toEqual([
      'bob is a member and not in the cluster file',
      'cyd is a member and not in the cluster file',
    ])
  })
})
