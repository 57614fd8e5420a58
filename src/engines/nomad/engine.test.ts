import { describe, expect, it } from 'vitest'
import { access, authorities, nomad, type Answer } from '../../../test/engines/nomad-answers.ts'
import type { HealthReply } from '../autopilot/replies.ts'
import { withApi } from './api.ts'
import { askServer } from './ask-server.ts'
import { keyringShelf } from './keyring.ts'
import { ensureManagement } from './management.ts'
import { anything } from './replies.ts'
import { statusOf } from './status.ts'
import { NOTHING_OWNED } from '../steps/owned.ts'

const REFUSED: [number, unknown] = [403, 'Permission denied']

const HEALTH: HealthReply = {
  Healthy: false,
  FailureTolerance: 0,
  Servers: ['ant', 'bee'].map((name, index) => ({
    ID: `id-${name}`,
    Name: `${name}.global`,
    Address: `192.0.2.${index + 1}:4647`,
    SerfStatus: 'alive',
    Version: '1.11.3',
    Leader: name === 'ant',
    LastIndex: 20,
    Healthy: name === 'ant',
    Voter: true,
    StableSince: '2026-01-01T00:00:00Z',
  })),
}

describe('a server', () => {
  const answers: Answer = (_, path) => {
    if (path.startsWith('/v1/status/leader')) return [200, '192.0.2.1:4647']
    if (path.startsWith('/v1/status/peers')) return [200, ['192.0.2.1:4647', '192.0.2.2:4647']]
    if (path.startsWith('/v1/agent/self')) return [200, { member: { Name: 'ant.global' } }]
    if (path.startsWith('/v1/operator/autopilot/health')) return [429, JSON.stringify(HEALTH)]
    const Servers = HEALTH.Servers.map(({ ID, Name, Address, Voter, Leader }) => ({
      ID,
      Node: Name,
      Address,
      Voter,
      Leader,
    }))
    return [200, { Servers }]
  }

  it('is told by the name of its node, and autopilot is heard when it is not content', async () => {
    const view = await askServer(await nomad(answers), 'ant', access(), 'global')
    expect(view).toMatchObject({ answers: true, name: 'ant', leader: '192.0.2.1:4647' })
    expect(view.raft?.map(({ Node }) => Node)).toEqual(['ant', 'bee'])
    expect(view.health?.Servers.map(({ Name, Healthy }) => [Name, Healthy])).toEqual([
      ['ant', true],
      ['bee', false],
    ])
  })

  it('of another authority is not asked, and is one that listens', async () => {
    const link = await nomad(answers, authorities.stranger)
    const view = await askServer(link, 'ant', access(), 'global')
    expect(view).toMatchObject({ answers: false, listens: true, distrusted: true })
    expect(link.asked).toEqual([])
  })

  it('is asked over TLS on the loopback of its node', async () => {
    const link = await nomad(() => [200, 'x'])
    const reply = await withApi(
      link,
      'ant',
      { authorityPem: authorities.ours.certificatePem, port: 4646 },
      (api) => api.get('/v1/agent/self', anything),
    )
    expect(reply).toEqual({ ok: true, value: 'x' })
  })
})

describe('the token for management', () => {
  const parts = (more: object = {}) => ({
    access: { ...access(), ...more },
    dataFolder: '/var/lib/nomad-server',
    serverAt: () => 'bee',
  })
  /** An engine that holds one token, and lets itself be begun anew by the file on its leader. */
  function engine(first: string | undefined): { answer: Answer; held: () => string | undefined } {
    let held = first
    let refusals = 0
    return {
      held: () => held,
      answer: (method, path, token, body) => {
        if (path.startsWith('/v1/acl/token/self'))
          return token === held ? [200, { AccessorID: 'now' }] : REFUSED
        if (path === '/v1/status/leader') return [200, '192.0.2.2:4647']
        if (path === '/v1/acl/tokens')
          return [200, ['now', 'old'].map((AccessorID) => ({ AccessorID, Name: 'Bootstrap Token' }))]
        if (method === 'DELETE') return [200, null]
        if (held !== undefined && refusals++ === 0)
          return [400, 'ACL bootstrap already done (reset index: 17)']
        held = (JSON.parse(body) as { BootstrapSecret: string }).BootstrapSecret
        return [200, { AccessorID: 'now' }]
      },
    }
  }

  it('is made with the secret that was decided beforehand, once', async () => {
    const { answer, held } = engine(undefined)
    const link = await nomad(answer)
    expect(await ensureManagement(parts(), link, 'ant')).toEqual({
      address: 'nomad-acl:bootstrap',
      action: 'create',
    })
    expect(held()).toBe('ours')
    expect(await ensureManagement(parts(), link, 'ant')).toBeUndefined()
  })

  it('of somebody else is not taken over: the way out is told, and nothing is written on the leader', async () => {
    const { answer, held } = engine('theirs')
    const link = await nomad(answer)
    const outcome = await ensureManagement(parts(), link, 'ant')
    expect(outcome?.failure).toContain('write 17 into /var/lib/nomad-server/server/acl-bootstrap-reset')
    expect([held(), link.put_]).toEqual(['theirs', []])
  })

  it.each([
    ['was rotated and Nomad knows the one before', { previous: { secretId: 'before' } }],
    ['was lost and given up', { mayReset: true }],
  ])('that %s begins anew on the leader, and the old one ends', async (_, more) => {
    const { answer, held } = engine('before')
    const link = await nomad(answer)
    expect(await ensureManagement(parts(more), link, 'ant')).toMatchObject({ action: 'create' })
    expect(link.put_).toEqual(['bee /var/lib/nomad-server/server/acl-bootstrap-reset 17'])
    expect(held()).toBe('ours')
    expect(link.asked).toContain('DELETE /v1/acl/token/old')
    expect(link.asked).not.toContain('DELETE /v1/acl/token/now')
  })

  it('is waited for while nobody leads', async () => {
    const link = await nomad(() => [500, 'No cluster leader'])
    await expect(ensureManagement(parts(), link, 'ant')).rejects.toThrow('No cluster leader')
  })
})

describe('the gossip keys', () => {
  it('are exchanged while the servers run: installed, used, and the old one removed', async () => {
    const operations: string[] = []
    const link = await nomad((method, path, _, body) => {
      if (path.endsWith('/list')) return [200, { Keys: { old: 3, new: 2 }, NumNodes: 3 }]
      operations.push(`${path.split('/').at(-1)} ${(JSON.parse(body) as { Key: string }).Key}`)
      return [200, {}]
    })
    await withApi(link, 'ant', { authorityPem: authorities.ours.certificatePem, port: 4646 }, async (api) => {
      const [found] = await keyringShelf(['new']).steps(api, NOTHING_OWNED)
      if (found === undefined || !('run' in found)) throw new Error('nothing to do')
      expect(found.difference.reason).toBe('the servers hold 0 of 1 wanted keys, and 1 others')
      await found.run(api)
    })
    expect(operations).toEqual(['install new', 'use new', 'remove old'])
  })
})

describe('the status', () => {
  const servers = ['ant', 'bee', 'cow'].map((name) => ({ name })) as never
  const member = (name: string, Status = 'alive') => ({
    Name: `${name}.global`,
    Status,
    Tags: { build: '1.11.3' },
  })
  const named = { ...HEALTH, Servers: HEALTH.Servers.map((one) => ({ ...one, Name: one.Name.slice(0, 3) })) }

  const wanted = { region: { name: 'global', servers }, clients: ['cow', 'dog', 'eel'] }
  const client = (Name: string, Status: string, SchedulingEligibility = 'eligible') => ({
    ID: Name,
    Name,
    Status,
    SchedulingEligibility,
    Drain: false,
    Version: '1.11.3',
  })
  const ready = ['cow', 'dog', 'eel'].map((name) => client(name, 'ready'))

  it('names who is missing, who is sick and who is to be none', () => {
    const Members = [member('ant'), member('bee', 'failed'), member('elk')]
    const { healthy, problems, leader } = statusOf(
      wanted,
      { Members },
      { ok: true, value: named },
      { ok: true, value: [client('cow', 'ready', 'ineligible'), client('dog', 'down')] },
    )
    expect([healthy, leader]).toEqual([false, 'ant'])
    expect(problems).toEqual([
      'bee is not alive: failed',
      'cow is no server',
      'elk is a server and is to be none',
      'cow does not vote',
      'bee is no healthy server',
      'dog runs no work: down',
      'eel runs no work: no server knows it',
    ])
  })

  it('tells of nodes that were closed, which is nobody’s fault', () => {
    const Members = ['ant', 'bee', 'cow'].map((name) => member(name))
    const closed = {
      ...client('dog', 'ready', 'ineligible'),
      LastDrain: { StartedAt: '2026-01-01T00:00:00Z' },
    }
    const { problems, members } = statusOf(
      { ...wanted, clients: ['dog'] },
      { Members },
      { ok: true, value: named },
      { ok: true, value: [closed] },
    )
    expect(problems.filter((one) => one.startsWith('dog'))).toEqual([])
    expect(members.at(-1)).toMatchObject({
      node: 'dog',
      role: 'client',
      state: 'alive, takes no work, last drained 2026-01-01T00:00:00Z',
    })
  })

  it('takes what nobody says for unknown, not for well', () => {
    const Members = ['ant', 'bee', 'cow'].map((name) => member(name))
    const silent = { ok: false, status: 500, problem: 'No cluster leader' } as const
    const { healthy, unknown } = statusOf(wanted, { Members }, silent, { ok: true, value: ready })
    expect([healthy, unknown]).toEqual([false, ['who votes and leads: No cluster leader']])
    const clients = statusOf(wanted, { Members }, { ok: true, value: named }, silent)
    expect(clients.unknown).toEqual(['who runs work: No cluster leader'])
  })
})
