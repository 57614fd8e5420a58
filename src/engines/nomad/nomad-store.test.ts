/** The list of what is owned, in Nomad itself. */
import { describe, expect, it } from 'vitest'
import { access, authorities, nomad, type Answer } from '../../../test/engines/nomad-answers.ts'
import type { Handover } from '../contract.ts'
import type { Shelf, Step } from '../steps/step.ts'
import { withApi, type NomadApi } from './api.ts'
import { nomadStore } from './nomad-store.ts'
import { readOwned, writeOwned } from './owned.ts'

const NOTHING_OFFERED: Handover = {
  missing: () => [],
  ask: () => Promise.reject(new Error('nothing is asked here')),
  keep: () => Promise.reject(new Error('nothing is kept here')),
  forget: () => Promise.resolve(),
}

/** A server that keeps variables, with checks of what a write starts from. */
function keeping(): { answer: Answer; list: () => unknown } {
  let index = 0
  let items: { list?: string } = {}
  return {
    list: () =>
      items.list === undefined ? undefined : (JSON.parse(items.list) as { things: object }).things,
    answer: (method, path, token, body) => {
      if (path === '/v1/acl/token/self') return token === 'ours' ? [200, { AccessorID: 'x' }] : [403, 'no']
      if (!path.startsWith('/v1/var/bramble/owned')) return [404, 'not found']
      if (method === 'GET')
        return index === 0 ? [404, 'not found'] : [200, { ModifyIndex: index, Items: items }]
      if (path !== `/v1/var/bramble/owned?cas=${index}`) return [409, 'cas conflict']
      items = (JSON.parse(body) as { Items: { list: string } }).Items
      index += 10
      return [200, { ModifyIndex: index, Items: items }]
    },
  }
}

const api = async (answer: Answer, use: (api: NomadApi) => Promise<void>): Promise<void> =>
  withApi(
    await nomad(answer),
    'ant',
    { authorityPem: authorities.ours.certificatePem, token: 'ours', port: 4646 },
    use,
  )

describe('the list of what is owned', () => {
  it('is empty before anything is made, and keeps what was written', async () => {
    await api(keeping().answer, async (opened) => {
      const first = await readOwned(opened)
      expect(first).toEqual({ things: {}, index: 0 })
      await writeOwned(opened, first, { 'nomad-job:web': { before: null } })
      expect((await readOwned(opened)).things).toEqual({ 'nomad-job:web': { before: null } })
    })
  })

  it('is not written over that of another run', async () => {
    await api(keeping().answer, async (opened) => {
      const first = await readOwned(opened)
      await writeOwned(opened, first, {})
      await expect(writeOwned(opened, first, {})).rejects.toThrow('another run changes this cluster')
    })
  })

  it('that somebody else wrote there is not read as ours', async () => {
    const answer: Answer = () => [200, { ModifyIndex: 3, Items: { list: 'milk, eggs' } }]
    await api(answer, async (opened) => {
      await expect(readOwned(opened)).rejects.toThrow('is not the list that Bramble wrote there')
    })
  })
})

describe('the store', () => {
  const step = (address: string, run: Step<NomadApi>['run']): Step<NomadApi> => ({
    stage: 1,
    difference: { address, action: 'create', reason: 'test', differences: [] },
    before: null,
    run,
  })
  const store = (...steps: readonly Step<NomadApi>[]) => {
    const shelf: Shelf<NomadApi> = { kind: 'nomad-job', steps: () => Promise.resolve(steps) }
    return nomadStore({
      access: access(),
      dataFolder: '/var/lib/nomad-server',
      serverAt: () => 'ant',
      servers: ['ant'],
      shelves: [shelf],
      size: 1,
    })
  }

  it('notes what it is about to make before it makes it, and what was made after it', async () => {
    const { answer, list } = keeping()
    const seen: unknown[] = []
    const link = await nomad(answer)
    const made = step('nomad-job:web', () => {
      seen.push(list())
      return Promise.resolve({ id: 'web' })
    })
    await store(made).converge(link, 'ant', () => undefined, NOTHING_OFFERED)
    expect(seen).toEqual([{ 'nomad-job:web': { before: null } }])
    expect(list()).toEqual({ 'nomad-job:web': { id: 'web', before: null } })
  })

  it('writes nothing where there is nothing to do, and nothing in a plan', async () => {
    const link = await nomad(keeping().answer)
    await store().converge(link, 'ant', () => undefined, NOTHING_OFFERED)
    await store(step('nomad-job:web', () => Promise.resolve({}))).check(link, 'ant')
    expect(link.asked.filter((one) => !one.startsWith('GET'))).toEqual([])
  })

  it('is looked at with the token of before when that was rotated', async () => {
    const { answer } = keeping()
    const rotated = { ...access(), management: { secretId: 'new' }, previous: { secretId: 'ours' } }
    const { check } = nomadStore({
      access: rotated,
      dataFolder: '/var/lib/nomad-server',
      serverAt: () => 'ant',
      servers: ['ant'],
      shelves: [],
      size: 1,
    })
    const { differences } = await check(await nomad(answer), 'ant')
    expect(differences.map(({ address }) => address)).toEqual(['nomad-acl:bootstrap'])
  })
})
