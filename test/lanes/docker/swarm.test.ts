/** A swarm of four with Debian's Docker: formed, looked at, struck, moved, and taken away again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labKill, labStart } from '../../../src/lab/lab.ts'
import { cannotHave } from '../../boards/boards.ts'
import { changesIn, stateOf } from '../../lab/tree.ts'
import { FOUR, SwarmUnderTest } from './swarm-under-test.ts'

describe.skipIf(await cannotHave('a swarm'))('a swarm', () => {
  const swarm = new SwarmUnderTest('swarm')
  const bare = new Map<string, readonly string[]>()
  beforeAll(async () => {
    await swarm.up()
    for (const node of swarm.names) bare.set(node, await stateOf(swarm, node))
  })
  afterAll(() => swarm.remove())

  it('is formed by one apply that does what the plan says, shows no token, and is then as wanted', async () => {
    const wanted = swarm.names.map((node) => `swarm-node:${node}`)
    const told = await swarm.bramble('plan')
    for (const name of ['swarm:', ...wanted]) expect(told.text).toContain(name)
    const events = await swarm.events('apply', '--yes')
    expect(JSON.stringify(events)).not.toMatch(/SWMTKN/)
    const made = events.flatMap((event) =>
      event.type === 'resource-changed' && event.node === 'cluster' ? [event.address] : [],
    )
    const named = made.map((address) => address.replace('cluster/', '').replace(/^swarm:.*/, 'swarm'))
    expect(named.sort()).toEqual(['swarm', ...wanted])
    expect(await swarm.listed()).toEqual(FOUR)
    expect((await swarm.apply()).outcome).toBe('unchanged')
  })

  it('advertises the addresses of the cluster, takes its networks from a range of its own, and labels nodes', async () => {
    const address = await swarm.docker('dog', 'info', '--format', '{{.Swarm.NodeAddr}}')
    const own = await swarm.output('dog', 'ip', '-4', '-o', 'address', 'show', 'dev', 'eth0')
    expect(own).toContain(` ${address}/`)
    const pool = await swarm.docker('ant', 'info', '--format', '{{.Swarm.Cluster.DefaultAddrPool}}')
    expect(pool).toMatch(/^\[(10\.2[12]1\.0\.0|172\.29\.0\.0)\/16\]$/)
    const labels = await swarm.docker('ant', 'node', 'inspect', 'dog', '--format', '{{json .Spec.Labels}}')
    expect(JSON.parse(labels)).toMatchObject({ model: 'pi3', 'has.speaker': 'true', 'bramble.node': 'dog' })
  })

  it('lets nobody join with a token that was used, and takes a worker in again that was made anew', async () => {
    const token = await swarm.docker('ant', 'swarm', 'join-token', '--quiet', 'worker')
    await swarm.docker('dog', 'swarm', 'leave', '--force')
    await swarm.holds('dog is down', async () => (await swarm.listed()).includes('dog Down Active worker'))
    expect((await swarm.bramble('plan')).text).toContain('it was made anew and is in no swarm')
    await swarm.apply()
    expect(await swarm.docker('ant', 'swarm', 'join-token', '--quiet', 'worker')).not.toBe(token)
    expect(await swarm.listed()).toEqual(FOUR)
  })

  it('takes a manager in again that has lost its place, and counts three', async () => {
    await swarm.docker('cow', 'swarm', 'leave', '--force')
    await swarm.holds('cow is down', async () => (await swarm.listed()).includes('cow Down Active manager'))
    await swarm.apply()
    expect(await swarm.listed()).toEqual(FOUR)
    await swarm.well()
  })

  it('says that three of four is not four', async () => {
    await labKill(swarm.id, 'dog')
    await swarm.holds('dog is down', async () => (await swarm.listed()).includes('dog Down Active worker'))
    const status = await swarm.bramble('status')
    expect(status.code).not.toBe(0)
    expect(status.text).toContain('3 of 4 nodes are ready')
    await labStart(swarm.id, 'dog')
    await swarm.well()
  })

  it('has a node drained on demand, and back', async () => {
    swarm.edit((text) => text.replace('on: [ant, bee, cow]', 'on: [ant, bee, cow], drained: [dog]'))
    await swarm.apply()
    expect(await swarm.listed()).toContain('dog Ready Drain worker')
    expect((await swarm.apply()).outcome).toBe('unchanged')
    swarm.edit((text) => text.replace(', drained: [dog]', ''))
    await swarm.apply()
    expect(await swarm.listed()).toEqual(FOUR)
  })

  it('gives a manager’s part to another node', async () => {
    swarm.edit((text) =>
      text.replace('on: [ant, bee, cow]', 'on: [ant, bee, dog]').replace('on: [dog]', 'on: [cow]'),
    )
    await swarm.apply()
    expect(await swarm.listed()).toEqual([
      'ant Ready Active manager',
      'bee Ready Active manager',
      'cow Ready Active worker',
      'dog Ready Active manager',
    ])
    expect((await swarm.apply()).outcome).toBe('unchanged')
  })

  it('lets a node go, which then is in no swarm', async () => {
    swarm.edit((text) => text.replace('  swarm-worker: { on: [cow] }\n', ''))
    await swarm.apply()
    expect(await swarm.docker('cow', 'info', '--format', '{{.Swarm.LocalNodeState}}')).toBe('inactive')
    expect(await swarm.listed()).toHaveLength(3)
    expect((await swarm.apply()).outcome).toBe('unchanged')
  })

  it('leaves nothing on any node when all of its roles are taken away', async () => {
    swarm.edit((text) => `${text.replace(/roles:[^]*$/, '')}roles: {}\n`)
    await swarm.apply()
    for (const node of swarm.names)
      expect([node, ...changesIn(bare.get(node) ?? [], await stateOf(swarm, node))]).toEqual([node])
  })
})
