/** How jobs are, as `bramble status` tells it. */
import { describe, expect, it } from 'vitest'
import { authorities, nomad } from '../../../../test/engines/nomad-answers.ts'
import { group, NomadRegion } from '../../../../test/engines/nomad-region.ts'
import { withApi } from '../api.ts'
import { jobProblems } from './job-problems.ts'

const job = (id: string, more: object = {}) => ({ ID: id, Type: 'service', TaskGroups: [group()], ...more })

describe('the status', () => {
  const statusOf = async (region: NomadRegion, ids: readonly string[]) => {
    const things = Object.fromEntries(ids.map((id) => [`nomad-job:${id}`, { id, before: null }]))
    const link = await nomad((method, path, token, body) =>
      path === '/v1/var/bramble/owned'
        ? [200, { ModifyIndex: 1, Items: { list: JSON.stringify({ version: 1, things }) } }]
        : region.answer(method, path, token, body),
    )
    return withApi(link, 'ant', { authorityPem: authorities.ours.certificatePem, port: 4646 }, jobProblems)
  }

  it('tells of jobs of ours that are not well or were stopped, and of nobody else’s', async () => {
    const region = new NomadRegion()
    region.hold(job('web'))
    region.hold(job('shop', { Stop: true }))
    region.hold(job('clock', { Periodic: { Spec: '* * * * *' } }))
    region.hold(job('theirs', { Stop: true }))
    const ours = ['web', 'shop', 'clock', 'tidied-away']
    expect(await statusOf(region, ours)).toEqual({ problems: ['the job shop was stopped'], unknown: [] })
    region.deployment = { Status: 'failed', StatusDescription: 'no progress' }
    expect((await statusOf(region, ours)).problems).toContain(
      'the job web: its deployment has failed: no progress',
    )
  })

  it('tells of a run that has begun nowhere, because those that are due after it wait for it', async () => {
    const region = new NomadRegion()
    const run = `clock/periodic-${Date.UTC(2026, 10, 30, 3) / 1000}`
    region.hold(job('clock', { Type: 'batch', Periodic: { Spec: '0 3 * * *', ProhibitOverlap: true } }))
    region.hold(job(run, { Type: 'batch', ParentID: 'clock' }))
    const waiting = { ID: 'a', Name: 'clock', JobVersion: 0, DesiredStatus: 'run', ModifyIndex: 1 }
    const template = { Type: 'Template', DisplayMessage: 'Missing: vault.read(kv/clock)', Time: 1 }
    const TaskStates = { web: { Events: [template] } }
    region.allocations = [{ ...waiting, NodeName: 'dog', ClientStatus: 'pending', TaskStates }]
    expect(await statusOf(region, ['clock'])).toEqual({
      problems: [
        'the job clock: its run of 2026-11-30 03:00 UTC has not begun, and none begins before it: 1 allocation of 1 not begun; web on dog: Missing: vault.read(kv/clock)',
      ],
      unknown: [],
    })
    region.allocations = [{ ...waiting, NodeName: 'dog', ClientStatus: 'failed', TaskStates }]
    expect(await statusOf(region, ['clock'])).toEqual({ problems: [], unknown: [] })
  })

  it('takes what nobody says for unknown', async () => {
    const silent = await nomad(() => [500, 'No cluster leader'])
    const to = { authorityPem: authorities.ours.certificatePem, port: 4646 }
    expect(await withApi(silent, 'ant', to, jobProblems)).toEqual({
      problems: [],
      unknown: ['how its jobs are: the list of owned things: No cluster leader'],
    })
  })
})
