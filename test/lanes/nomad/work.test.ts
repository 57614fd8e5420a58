/** Work that Nomad places: on which boards, before and after steps that it would notice, through power cuts, and until nothing is left of it. */
import { stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { labKill, labStart } from '../../../src/lab/lab.ts'
import { recipeOf } from '../../engines/recipes.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { changesIn, stateOf } from '../../lab/tree.ts'
import { holds, lacksNomad, nomadAsk, nomadMirror, nomadOn, nomadReads } from './nomad-under-test.ts'

if (lacksNomad !== undefined) console.log(`skipped: ${lacksNomad}`)

const mirror = await nomadMirror()
afterAll(() => mirror.stop())

/** One task; what it does is a script. */
const job = (name: string, driver: string, script: string, more = ''): string => `
job "${name}" {
  group "${name}" {
    ${more}
    reschedule {
      delay = "5s"
      delay_function = "constant"
      unlimited = true
    }
    task "${name}" {
      driver = "${driver}"
      kill_signal = "SIGTERM"
      kill_timeout = "60s"
      config {
        command = "/bin/sh"
        args = ["-c", ${JSON.stringify(script)}]
      }
      resources {
        cpu = 20
        memory = 32
      }
    }
  }
}`

/** Says a line each half second for a while when it is asked to end. */
const SLOW = `trap 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo goodbye $i >>/var/tmp/slow; sleep 0.5; done; exit 0' TERM; while :; do sleep 0.2; done`
const WORKS = 'while :; do sleep 1; done # the-work'

const cowDog = (more: object = {}) => ({ on: ['cow', 'dog'], ...more })
const file = (client: object | undefined, servers = true): string =>
  stringify({
    cluster: 'work',
    domain: 'office.example.net',
    access: { user: 'pi' },
    releases: { mirror: mirror.url, key: mirror.keyFile },
    nodes: {
      ant: { address: '192.0.2.10', model: 'pi4', memory: '1GiB' },
      cow: {
        address: '192.0.2.12',
        model: 'pi4',
        memory: '1GiB',
        labels: { room: 'cellar' },
        options: client === undefined ? {} : { 'nomad-client': { drivers: ['exec', 'raw_exec'] } },
      },
      dog: { address: '192.0.2.13', model: 'pi4', memory: '1GiB', has: ['speaker'] },
    },
    roles: {
      base: { on: 'all' },
      ...(servers && { 'nomad-server': { on: ['ant'], version: recipeOf('nomad').version } }),
      ...(client && { 'nomad-client': client }),
    },
  })

const allocations = z.array(
  z.object({ ID: z.string(), NodeName: z.string(), ClientStatus: z.string(), DesiredStatus: z.string() }),
)
const nodes = z.array(
  z.object({ ID: z.string(), Name: z.string(), Status: z.string(), SchedulingEligibility: z.string() }),
)

describe.skipIf(hasNoLab || lacksNomad !== undefined)('work of Nomad', () => {
  const cluster = new ClusterUnderTest('work', file(undefined, false))
  const bare = new Map<string, readonly string[]>()
  let name = 'work'

  const change = (client: object | undefined, servers = true): void =>
    cluster.edit(() => file(client, servers).replace(/^cluster: .*$/m, `cluster: ${name}`))
  const run = (text: string) => nomadReads(cluster, 'ant', text, 'job', 'run', '-detach', '-')
  const stop = (which: string) => nomadOn(cluster, 'ant', 'job', 'stop', '-purge', '-detach', which)
  /** Where the work of a job runs. */
  const placesOf = async (which: string): Promise<readonly string[]> =>
    (await nomadAsk(cluster, 'ant', `/v1/job/${which}/allocations`, allocations))
      .filter(({ ClientStatus, DesiredStatus }) => ClientStatus === 'running' && DesiredStatus === 'run')
      .map(({ NodeName }) => NodeName)
      .toSorted()
  const runsOn = (which: string, ...where: string[]) => holds(which, () => placesOf(which), where)
  const listed = async (): Promise<readonly string[]> =>
    (await nomadAsk(cluster, 'ant', '/v1/nodes', nodes))
      .map(({ Name, Status, SchedulingEligibility }) => `${Name} ${Status} ${SchedulingEligibility}`)
      .toSorted()
  const idOf = async (which: string): Promise<string | undefined> =>
    (await nomadAsk(cluster, 'ant', '/v1/nodes', nodes)).find(
      ({ Name, Status }) => Name === which && Status === 'ready',
    )?.ID
  const ALL_WORDS = "for one in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$one; echo; done 2>/dev/null"
  /** Tasks, what watches them, mounts and control groups of Nomad's clients on a node. */
  const leftOn = (node: string) =>
    cluster.text(
      node,
      'sh',
      '-c',
      `${ALL_WORDS} | grep -E "[t]he-work|[n]omad (executor|logmon)"; grep nomad-client /proc/mounts; ls -d /var/lib/nomad-client /sys/fs/cgroup/nomad.slice /sys/fs/cgroup/*/nomad 2>/dev/null; :`,
    )
  const countOf = (node: string) => cluster.text(node, 'sh', '-c', `${ALL_WORDS} | grep -c "[t]he-work" || :`)
  const READY = ['cow ready eligible', 'dog ready eligible']

  beforeAll(async () => {
    name = cluster.id.cluster
    await cluster.labUp('--share-memory')
    await cluster.apply()
    for (const node of ['ant', 'cow', 'dog']) bare.set(node, await stateOf(cluster, node))
    change(cowDog())
    await cluster.apply()
    await cluster.well()
  })
  afterAll(() => cluster.remove())

  it('runs where a board has what it needs, and as root only where that was asked for', async () => {
    expect((await cluster.apply()).outcome).toBe('unchanged')
    const constraint = (key: string, value: string) =>
      `constraint {\n attribute = "\${${key}}"\n value = "${value}"\n }`
    await run(job('bell', 'exec', WORKS, constraint('meta.has_speaker', 'true')))
    await run(job('cellar', 'exec', WORKS, constraint('meta.room', 'cellar')))
    await run(job('root', 'raw_exec', WORKS))
    await runsOn('bell', 'dog')
    await runsOn('cellar', 'cow')
    await runsOn('root', 'cow')
    await run(job('root-on-dog', 'raw_exec', WORKS, constraint('node.unique.name', 'dog')))
    await holds('root-on-dog', async () => {
      const blocked = await nomadOn(cluster, 'ant', 'job', 'status', 'root-on-dog')
      return /missing drivers|Constraint.*driver/i.test(blocked)
    })
    expect(await placesOf('root-on-dog')).toEqual([])
    await stop('root-on-dog')
  })

  it('leaves a part of the board to the system, and sees little of the node', async () => {
    const reserved = z.object({ ReservedResources: z.object({ Memory: z.object({ MemoryMB: z.int() }) }) })
    const id = (await idOf('dog')) ?? ''
    const { ReservedResources } = await nomadAsk(cluster, 'ant', `/v1/node/${id}`, reserved)
    expect(ReservedResources.Memory.MemoryMB).toBe(256)
    const [own] = await nomadAsk(cluster, 'ant', '/v1/job/bell/allocations', allocations)
    const seen = await nomadOn(cluster, 'ant', 'alloc', 'exec', own?.ID ?? '', '/bin/ls', '/etc')
    expect(seen).not.toContain('nomad-client')
    expect(seen).toContain('ssl')
  })

  it('is moved off before a step that it would notice, has said its goodbye by then, and may come back', async () => {
    await run(job('slow', 'raw_exec', SLOW))
    await run(job('web', 'exec', WORKS))
    await runsOn('slow', 'cow')
    const [at = ''] = (await holdsOne('web')) ?? []
    // Somebody has put another program there.
    for (const node of new Set(['cow', at])) {
      await cluster.output(
        node,
        'sh',
        '-c',
        'cp /usr/local/bin/nomad /root/n && echo >>/root/n && mv /root/n /usr/local/bin/nomad',
      )
    }
    const events = await cluster.events('apply', '--yes')
    const told = events.flatMap((event) =>
      event.type === 'phase-started' && event.node === 'cow'
        ? [event.phase === 'wait' ? (event.detail ?? '') : event.phase]
        : [],
    )
    expect(told.indexOf('nomad: its work moves to others')).toBeGreaterThan(-1)
    expect(told.indexOf('converge')).toBeGreaterThan(told.indexOf('nomad: its work moves to others'))
    expect(events.filter(({ type }) => type === 'warning')).toEqual([])
    expect(await cluster.text('cow', 'sh', '-c', 'tail -n 1 /var/tmp/slow')).toBe('goodbye 12')
    await holds('nodes', listed, READY)
    // Only cow may run it.
    await runsOn('slow', 'cow')
    expect((await placesOf('web')).length).toBe(1)
    expect((await cluster.apply()).outcome).toBe('unchanged')
    await stop('slow')
    await stop('web')
  })

  /** Waits until a job has a place. */
  async function holdsOne(which: string): Promise<readonly string[]> {
    await holds(which, async () => (await placesOf(which)).length, 1)
    return placesOf(which)
  }

  it('comes back to a node from which a run that was cut off has moved it, and not to one that a person closed', async () => {
    const drained = z.object({ SchedulingEligibility: z.string() })
    const cow = (await idOf('cow')) ?? ''
    const dog = (await idOf('dog')) ?? ''
    await nomadOn(
      cluster,
      'ant',
      'node',
      'drain',
      '-enable',
      '-force',
      '-detach',
      '-yes',
      '-meta',
      'bramble_drained=change',
      cow,
    )
    await nomadOn(cluster, 'ant', 'node', 'drain', '-enable', '-force', '-detach', '-yes', dog)
    await holds('nodes', listed, ['cow ready ineligible', 'dog ready ineligible'])
    expect((await cluster.apply()).outcome).toBe('changed')
    expect((await nomadAsk(cluster, 'ant', `/v1/node/${cow}`, drained)).SchedulingEligibility).toBe(
      'eligible',
    )
    await holds('nodes', listed, ['cow ready eligible', 'dog ready ineligible'])
    expect((await cluster.bramble('status')).text).toContain('takes no work')
    await nomadOn(cluster, 'ant', 'node', 'eligibility', '-disable', cow)
    expect((await cluster.apply()).outcome).toBe('unchanged')
    await nomadOn(cluster, 'ant', 'node', 'eligibility', '-enable', cow)
    await nomadOn(cluster, 'ant', 'node', 'drain', '-disable', '-yes', dog)
    await holds('nodes', listed, READY)
    await runsOn('bell', 'dog')
    await runsOn('root', 'cow')
  })

  it('is back after all nodes were killed and started', async () => {
    const all = ['ant', 'cow', 'dog']
    for (const node of all) await labKill(cluster.id, node)
    await Promise.all(all.map((node) => labStart(cluster.id, node)))
    await cluster.well()
    await runsOn('bell', 'dog')
    await runsOn('cellar', 'cow')
    await runsOn('root', 'cow')
    await holds('tasks on cow', () => countOf('cow'), '2')
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it.each([
    ['cut short', 'truncate -s 4096 client/state.db'],
    ['emptied', ': >client/state.db'],
    ['lost with its identity', 'rm client/state.db && : >client/client-id'],
  ])('runs once, by itself, after the state of a client was %s', async (_, damage) => {
    const before = await idOf('cow')
    await cluster.output(
      'cow',
      'systemctl',
      'kill',
      '--signal=KILL',
      '--kill-whom=main',
      'nomad-client.service',
    )
    await cluster.output(
      'cow',
      'sh',
      '-c',
      `systemctl stop nomad-client; cd /var/lib/nomad-client && ${damage}`,
    )
    await cluster.output('cow', 'systemctl', 'start', 'nomad-client')
    await holds('cow is another node', async () => ![undefined, before].includes(await idOf('cow')))
    await holds('the old one is missed', async () => (await listed()).includes('cow down eligible'))
    await runsOn('cellar', 'cow')
    await runsOn('root', 'cow')
    await holds('tasks on cow', () => countOf('cow'), '2')
    // The old entry goes.
    expect((await cluster.apply()).outcome).toBe('changed')
    expect(await listed()).toEqual(READY)
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('leaves nothing on one node that is to run it no more, and the servers forget the node', async () => {
    change({ on: ['dog'] })
    await cluster.apply()
    expect(await leftOn('cow')).toBe('')
    expect(await listed()).toEqual(['dog ready eligible'])
    expect((await cluster.apply()).outcome).toBe('unchanged')
    change(cowDog())
    await cluster.apply()
    await holds('nodes', listed, READY)
    await runsOn('cellar', 'cow')
    await runsOn('root', 'cow')
  })

  it('leaves nothing when all of Nomad leaves at once, with nobody who could move it', async () => {
    change(undefined, false)
    await cluster.apply()
    for (const node of ['ant', 'cow', 'dog']) {
      expect([node, await leftOn(node)]).toEqual([node, ''])
      const left = changesIn(bare.get(node) ?? [], await stateOf(cluster, node))
      expect([node, ...left]).toEqual([node])
    }
  })
})
