import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OffersWorld, type PaperEngine, type PaperNode } from '../../test/rollout/offers-world.ts'
import { group } from '../../test/rollout/paper.ts'

const VAULT: PaperEngine = { members: ['ant'], runsAs: 'service:vault.service', makes: ['vault/key'] }
const NODES: Readonly<Record<string, PaperNode>> = {
  ant: { 'service:vault.service': [], 'file:/etc/key': ['vault/key'] },
  bee: { 'file:/etc/time': [], 'file:/etc/key': ['vault/key'], 'service:reader.service': ['vault/key'] },
  cow: { 'file:/etc/time': [] },
}

function world(): OffersWorld {
  return new OffersWorld(NODES, { vault: VAULT })
}

describe('a plan with an offer that is not there', () => {
  it('says who waits for what, shows all the rest, and counts what waits as to be changed', async () => {
    const paper = world()
    expect(await paper.run({ mode: 'plan' })).toBe('changed')
    expect(paper.of('node-waits')).toEqual([
      { type: 'node-waits', node: 'ant', offers: ['vault/key'], addresses: ['file:/etc/key'] },
      {
        type: 'node-waits',
        node: 'bee',
        offers: ['vault/key'],
        addresses: ['file:/etc/key', 'service:reader.service'],
      },
    ])
    expect(paper.of('resource-differs')).toMatchObject([
      { address: 'cluster/offer:vault/key', action: 'create' },
    ])
    expect(paper.of('node-finished').map(({ node, summary }) => [node, summary.changed])).toEqual([
      ['ant', 2],
      ['bee', 3],
      ['cow', 1],
    ])
    expect(paper.log.filter((line) => !line.startsWith('look'))).toEqual([])
  })

  it('is no plan with nothing to do, when all else is as wanted', async () => {
    const paper = world()
    for (const [node, wanted] of Object.entries(NODES)) {
      for (const [address, offers] of Object.entries(wanted)) {
        if (offers.length === 0) paper.there.get(node)?.add(address)
      }
    }
    expect(await paper.run({ mode: 'plan' })).toBe('changed')
    expect(paper.outcomes()).toEqual({ ant: 'changed', bee: 'changed', cow: 'unchanged' })
  })
})

describe('an apply', () => {
  it('brings everything in one run, tells each node finished once, and leaves nothing to do', async () => {
    const paper = world()
    expect(await paper.run()).toBe('changed')
    expect(paper.of('node-finished').map(({ node, summary }) => [node, summary])).toEqual([
      ['ant', { unchanged: 0, changed: 2, failed: 0, skipped: 0 }],
      ['bee', { unchanged: 0, changed: 3, failed: 0, skipped: 0 }],
      ['cow', { unchanged: 0, changed: 1, failed: 0, skipped: 0 }],
    ])
    expect(paper.of('engine-finished')).toMatchObject([{ outcome: 'changed', summary: { changed: 1 } }])
    paper.log.length = 0
    expect(await paper.run()).toBe('unchanged')
    expect(paper.log).toEqual(['look ant', 'look bee', 'look cow'])
  })

  it('keeps the value before it tells of it and before any node is looked at again', async () => {
    const paper = world()
    const told: string[] = []
    const seen: string[][] = []
    paper.whenKept = () => {
      told.push(...paper.of('resource-changed').map(({ address }) => address))
      seen.push([...paper.log])
    }
    await paper.run()
    expect(told).toEqual([])
    expect(paper.of('resource-changed').map(({ address }) => address)).toEqual(['cluster/offer:vault/key'])
    const again = paper.log.slice(seen[0]?.length)
    expect(again).toEqual(['look ant', 'look bee', 'change ant', 'change bee'])
  })

  it('goes round a third time for what the second one brought about', async () => {
    const paper = new OffersWorld(
      {
        ...NODES,
        dog: { 'service:nomad.service': ['vault/key'] },
        eel: { 'file:/etc/job': ['nomad/token'] },
      },
      {
        nomad: { members: ['dog'], runsAs: 'service:nomad.service', makes: ['nomad/token'] },
        vault: VAULT,
      },
    )
    expect(await paper.run()).toBe('changed')
    expect(paper.log.filter((line) => line.startsWith('keep'))).toEqual([
      'keep vault/key',
      'keep nomad/token',
    ])
    expect(await paper.run()).toBe('unchanged')
  })

  it('takes members of a consensus group in turn in the second round, too', async () => {
    const members = ['ant', 'bee', 'cow']
    const paper = new OffersWorld(
      Object.fromEntries(members.map((node) => [node, { 'service:consul.service': ['vault/key'] }])),
      { vault: { ...VAULT, runsAs: 'service:vault.service' } },
    )
    for (const node of members) paper.there.get(node)?.add('service:vault.service')
    const servers = {
      ...group(members, 'bee'),
      proven: (_: unknown, node: string) => {
        paper.log.push(`back ${node}`)
        return Promise.resolve({ passed: true, detail: 'it is back' })
      },
    }
    expect(await paper.run({ groups: [servers] })).toBe('changed')
    expect(paper.log.filter((line) => /^(change|back)/.test(line))).toEqual(
      ['ant', 'cow', 'bee'].flatMap((node) => [`change ${node}`, `back ${node}`]),
    )
  })

  it('does not hold up a line by a gate that no node can pass before its second round, and asks it then', async () => {
    const paper = new OffersWorld(
      Object.fromEntries(
        ['ant', 'bee'].map((node) => [
          node,
          { 'file:/etc/time': [], 'service:vault.service': [], 'service:reader.service': ['vault/key'] },
        ]),
      ),
      { vault: VAULT },
    )
    for (const node of ['ant', 'bee']) paper.there.get(node)?.add('file:/etc/time')
    const gates = ['ant', 'bee'].map((node) => ({
      name: 'reads its key',
      node,
      engine: 'reader',
      patienceSeconds: 0.1,
      ask: () => {
        const passed = paper.there.get(node)?.has('service:reader.service') === true
        if (passed) paper.log.push(`well ${node}`)
        return Promise.resolve({ passed, detail: passed ? 'it does' : 'it has none' })
      },
    }))
    const paces = [{ of: 'reader', pace: 'one at a time' as const }]
    const nodes = ['ant', 'bee'].map((name) => ({ name, roles: ['reader'], paces }))
    expect(await paper.run({ gates, nodes })).toBe('changed')
    expect(paper.log.filter((line) => /^(change|well)/.test(line)).slice(0, 6)).toEqual([
      'change ant',
      'change bee',
      'change ant',
      'change bee',
      'well ant',
      'well bee',
    ])
  })

  it('fails small when the engine does not make it: who waits is skipped with a way out, all else is done', async () => {
    const paper = world()
    paper.stubborn.add('vault/key')
    expect(await paper.run()).toBe('failed')
    expect(paper.of('engine-finished')).toMatchObject([{ outcome: 'failed', code: 'OFFER_NOT_MADE' }])
    expect(paper.of('node-finished')).toMatchObject([
      { node: 'ant', outcome: 'skipped', code: 'OFFER_MISSING', summary: { changed: 1 } },
      { node: 'bee', outcome: 'skipped', code: 'OFFER_MISSING', summary: { changed: 1 } },
      { node: 'cow', outcome: 'changed' },
    ])
    expect(paper.of('run-finished')).toMatchObject([{ unfinishedNodes: ['ant', 'bee'] }])
    paper.stubborn.clear()
    expect(await paper.run()).toBe('changed')
  })

  it('asks an engine once for a value that cannot be kept, and says why it could not', async () => {
    const paper = world()
    paper.fullDisk = 'no space left on device'
    expect(await paper.run()).toBe('failed')
    expect(paper.log.filter((line) => line.startsWith('ask'))).toEqual(['ask vault'])
    expect(paper.of('engine-finished')[0]?.message).toContain('no space left on device')
    expect(paper.of('resource-changed')).toEqual([])
  })

  it('waits for no engine that cannot be started yet, and says that it waits itself', async () => {
    const paper = new OffersWorld(
      { ...NODES, dog: { 'service:nomad.service': ['vault/key'] } },
      { nomad: { members: ['dog'], runsAs: 'service:nomad.service', makes: ['nomad/token'] }, vault: VAULT },
    )
    paper.stubborn.add('vault/key')
    expect(await paper.run()).toBe('failed')
    expect(paper.of('engine-finished')).toMatchObject([
      { engine: 'nomad', outcome: 'skipped', code: 'OFFER_MISSING' },
      { engine: 'vault', outcome: 'failed' },
    ])
    expect(paper.log).not.toContain('ask nomad')
  })

  it('that is stopped between offer and use says so, and the next one goes on', async () => {
    const paper = world()
    const stop = new AbortController()
    paper.whenKept = () => stop.abort()
    expect(await paper.run({ signal: stop.signal })).toBe('interrupted')
    expect(paper.outcomes()).toEqual({ ant: 'skipped', bee: 'skipped', cow: 'changed' })
    expect(await paper.run()).toBe('changed')
    expect(paper.there.get('bee')).toContain('service:reader.service')
    expect(await paper.run()).toBe('unchanged')
  })

  it('that loses a node between offer and use tells it as failed with what was done, and the next one goes on', async () => {
    const paper = world()
    paper.whenKept = () => paper.lost.add('bee')
    expect(await paper.run()).toBe('failed')
    expect(paper.of('node-finished')).toMatchObject([
      { node: 'ant', outcome: 'changed' },
      { node: 'bee', outcome: 'failed', message: 'it does not answer', summary: { changed: 1 } },
      { node: 'cow', outcome: 'changed' },
    ])
    paper.lost.clear()
    expect(await paper.run()).toBe('changed')
    expect(paper.there.get('bee')).toContain('service:reader.service')
  })

  it('that nobody agrees to touches nothing, and tells those that wait as declined', async () => {
    const paper = world()
    paper.there.get('bee')?.add('file:/etc/time')
    expect(await paper.run({ confirm: () => Promise.resolve(false) })).toBe('declined')
    expect(paper.outcomes()).toEqual({ ant: 'declined', bee: 'declined', cow: 'declined' })
    expect(paper.log.filter((line) => line.startsWith('change'))).toEqual([])
  })
})

describe('whatever stands on whatever', () => {
  const names = ['a', 'b', 'c', 'd']
  const offersOf = fc.subarray(names.map((name) => `${name}/value`))

  it('an apply comes to an end; it is well only when nothing waits, and then the next finds nothing to do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          needs: fc.array(offersOf, { minLength: 4, maxLength: 4 }),
          engineNeeds: fc.array(offersOf, { minLength: 4, maxLength: 4 }),
          stubborn: offersOf,
        }),
        async ({ needs, engineNeeds, stubborn }) => {
          const nodes = Object.fromEntries(
            names.map((name, index): [string, PaperNode] => [
              name,
              { 'service:engine.service': engineNeeds[index] ?? [], 'file:/etc/value': needs[index] ?? [] },
            ]),
          )
          const engines = Object.fromEntries(
            names.map((name): [string, PaperEngine] => [
              name,
              { members: [name], runsAs: 'service:engine.service', makes: [`${name}/value`] },
            ]),
          )
          const paper = new OffersWorld(nodes, engines)
          for (const offer of stubborn) paper.stubborn.add(offer)
          const outcome = await paper.run()
          const isWhole = names.every((name) => paper.there.get(name)?.size === 2)
          const allMade = names.every((name) => paper.kept.has(`${name}/value`))
          expect(outcome === 'changed').toBe(isWhole && allMade)
          expect(paper.of('node-finished')).toHaveLength(4)
          expect(paper.of('engine-finished')).toHaveLength(4)
          // Nothing is used that is not kept, and nothing is kept twice.
          const keeps = paper.log.filter((line) => line.startsWith('keep'))
          expect(new Set(keeps).size).toBe(keeps.length)
          if (outcome === 'changed') expect(await paper.run()).toBe('unchanged')
        },
      ),
      { numRuns: 100 },
    )
  })
})
