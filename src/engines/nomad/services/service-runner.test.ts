import { describe, expect, it } from 'vitest'
import { authorities, nomad, type Answer } from '../../../../test/engines/nomad-answers.ts'
import type { ServiceState } from '../../service-runner.ts'
import { serviceRunner } from './service-runner.ts'

const access = () => ({
  authorityPem: authorities.ours.certificatePem,
  management: { secretId: 'ours' },
  mayReset: false,
})
const service = (name: string) => ({
  service: { name, tags: [], meta: {}, checks: [] },
  by: 'nomad',
  nodes: ['dog'],
})
const NOON = Date.UTC(2026, 10, 30, 12)
const allocation = (more: object) => ({
  ID: 'a',
  Name: 'web.web[0]',
  NodeName: 'dog',
  JobVersion: 1,
  DesiredStatus: 'run',
  ClientStatus: 'running',
  ModifyIndex: 7,
  TaskStates: { web: { Events: [{ Type: 'Started', DisplayMessage: 'Task started', Time: NOON * 1e6 }] } },
  ...more,
})
const job = (id: string, more: object = {}) => ({ ID: id, Type: 'service', TaskGroups: [], ...more })
const failed = [{ Type: 'Terminated', DisplayMessage: 'Exit Code: 75', Time: NOON * 1e6 }]

const HELD: Readonly<Record<string, unknown>> = {
  '/v1/job/web': job('web'),
  '/v1/job/web/allocations': [
    allocation({}),
    allocation({ NodeName: 'eel', DesiredStatus: 'stop', ClientStatus: 'complete' }),
    allocation({ NodeName: 'eel', ClientStatus: 'failed', NextAllocation: 'x' }),
  ],
  '/v1/job/lost': job('lost'),
  '/v1/job/lost/allocations': [],
  '/v1/job/stopped': job('stopped', { Stop: true }),
  '/v1/job/tick': job('tick', { Periodic: {} }),
  '/v1/jobs?prefix=tick%2F': [
    { ID: 'tick/periodic-999', ParentID: 'tick' },
    { ID: 'tick/periodic-1000', ParentID: 'tick' },
    { ID: 'tick/other-2000', ParentID: '' },
  ],
  '/v1/job/tick%2Fperiodic-1000': job('tick/periodic-1000'),
  '/v1/job/tick%2Fperiodic-1000/evaluations': [],
  '/v1/job/tick%2Fperiodic-1000/deployments': [],
  '/v1/job/tick%2Fperiodic-1000/allocations': [
    allocation({ ClientStatus: 'failed', TaskStates: { due: { Events: failed } } }),
  ],
  '/v1/job/new': job('new', { Periodic: {} }),
  '/v1/jobs?prefix=new%2F': [],
}
const answer: Answer = (_, path) => (path in HELD ? [200, HELD[path]] : [404, 'job not found'])
const ask = async (name: string): Promise<ServiceState> => {
  const probe = serviceRunner(['ant'], access())
  return probe.ask(await nomad(answer), 'ant', service(name))
}

describe('a service that Nomad runs', () => {
  it('is where its work is, and not where that was or has been replaced', async () => {
    expect(await ask('web')).toEqual({
      instances: [{ node: 'dog', state: 'running', isWrong: false, since: new Date(NOON) }],
    })
  })

  it('on a schedule stands as its last run', async () => {
    const { instances } = await ask('tick')
    expect(instances).toEqual([
      { node: 'dog', state: 'failed; due on dog: Exit Code: 75', isWrong: true, since: new Date(NOON) },
    ])
  })

  it.each([
    ['lost', 'nothing of it has a place'],
    ['stopped', 'its job was stopped'],
    ['new', 'it has not been run yet'],
    ['gone', 'there is no such job'],
  ])('%s is nowhere: %s', async (name, detail) => {
    expect(await ask(name)).toEqual({ instances: [], detail })
  })

  it('is begun anew place by place, until one does not come back', async () => {
    const restarted = new Set<string>()
    const now = (ID: string, NodeName: string) => {
      const isNew = restarted.has(ID)
      const event = { Type: 'Started', Time: (NOON + (isNew ? 5000 : 0)) * 1e6 }
      const Events = isNew && ID === 'b' ? failed : [event]
      return allocation({
        ID,
        NodeName,
        ClientStatus: isNew && ID === 'b' ? 'failed' : 'running',
        TaskStates: { web: { Events } },
      })
    }
    const link = await nomad((method, path) => {
      const [, id = ''] = /^\/v1\/client\/allocation\/(.)\/restart$/.exec(path) ?? []
      if (id !== '') restarted.add(id)
      if (method === 'PUT') return [200, {}]
      return [200, [now('a', 'dog'), now('b', 'eel'), now('c', 'fox')]]
    })
    const told = []
    for await (const one of serviceRunner(['ant'], access()).restart(link, 'ant', service('web')))
      told.push(one)
    expect(told).toEqual([{ node: 'dog' }, { node: 'eel', failure: 'failed; web on eel: Exit Code: 75' }])
    expect([...restarted]).toEqual(['a', 'b'])
  })

  it('is not begun anew where nothing of it runs', async () => {
    const link = await nomad(() => [200, [allocation({ ClientStatus: 'pending' })]])
    const runner = serviceRunner(['ant'], access())
    await expect(runner.restart(link, 'ant', service('web'))[Symbol.asyncIterator]().next()).rejects.toThrow(
      'nothing of it runs',
    )
  })

  it('is not known where no server can be asked', async () => {
    const silent = await nomad(() => [500, 'no leader'])
    await expect(serviceRunner(['ant'], access()).ask(silent, 'ant', service('web'))).rejects.toThrow(
      'no leader',
    )
  })
})
