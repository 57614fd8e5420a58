/** The example of a ClusterHAT, as its reader goes through it: four Zeros behind a jump host, one swarm, from an empty card to nothing left. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labKill, labStart, labState } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import { cannotHave } from '../../boards/boards.ts'
import { archiveOf, BUSYBOX } from '../../boards/image.ts'
import { ClusterUnderTest } from '../../lab/cluster-under-test.ts'
import { changesIn, stateOf } from '../../lab/tree.ts'

const ZEROS = ['oneil', 'carter', 'tealc', 'danieljackson'] as const
const NODES = ['hammond', ...ZEROS] as const

/** As the README of the example tells, with what the lab lacks: a registry. */
const STACK = `, stacks: { hello: { resolve_image: never, compose: { services: { web: {
    image: '${BUSYBOX.name}', command: [httpd, -f, -p, '80', -h, /bin],
    deploy: { replicas: 1, placement: { constraints: [node.labels.model == zero-2-w] } } } } } } }`

describe.skipIf(await cannotHave('a ClusterHAT'))('the swarm of a ClusterHAT', () => {
  const cluster = new ClusterUnderTest('clusterhat-swarm')
  const bare = new Map<string, readonly string[]>()

  const docker = (node: string, ...words: string[]) => cluster.output(node, 'docker', ...words)
  const listed = async (): Promise<string[]> => {
    const format = '{{.Hostname}} {{.Status}} {{.ManagerStatus}}'
    return (await docker('hammond', 'node', 'ls', '--format', format)).split('\n').map((row) => row.trim())
  }
  /** The one node on which the task of the stack runs, undefined while there is none. */
  const runsOn = async (): Promise<string | undefined> => {
    const wanted = ['--format', '{{.Node}} {{.CurrentState}}', '--filter', 'desired-state=running']
    const tasks = await docker('hammond', 'service', 'ps', ...wanted, 'hello_web')
    return tasks.split('\n').flatMap((row) => /^(\S+) Running/.exec(row)?.[1] ?? [])[0]
  }
  const holds = async (what: string, condition: () => Promise<boolean>): Promise<void> => {
    const ask = async () => ({ passed: await condition(), detail: what })
    expect(await poll(ask, { patienceSeconds: 180 })).toMatchObject({ passed: true })
  }

  beforeAll(async () => {
    // Those of other examples are about Consul.
    cluster.settings = []
    const up = await cluster.bramble('lab', 'up')
    expect(up.code, up.errors + up.text).toBe(0)
    for (const node of NODES) bare.set(node, await stateOf(cluster, node))
  })
  afterAll(() => cluster.remove())

  it('stands after one apply: five nodes are ready, and there is nothing left to do', async () => {
    await cluster.apply()
    const workers = ZEROS.map((node) => `${node} Ready`)
    expect((await listed()).sort()).toEqual(['hammond Ready Leader', ...workers].sort())
    expect((await cluster.apply()).outcome).toBe('unchanged')
    await cluster.well()
  })

  it('is reached through its jump host alone', async () => {
    const { address } = (await labState(cluster.id)).find(({ name }) => name === 'hammond') ?? {}
    for (const zero of ZEROS) {
      const log = await cluster.output(zero, 'journalctl', '--quiet', '--output', 'cat', '--unit', 'ssh')
      const from = [...log.matchAll(/^Accepted publickey for pi from (\S+)/gm)].map(([, host]) => host)
      expect([zero, ...new Set(from)]).toEqual([zero, address])
    }
  })

  it('runs a stack, whose task moves when its node is killed', async () => {
    const archive = await archiveOf(BUSYBOX)
    for (const node of NODES) {
      await cluster.write(node, '/root/image.tar', archive)
      await docker(node, 'load', '--quiet', '--input', '/root/image.tar')
    }
    cluster.edit((text) => text.replace('on: hammond }', `on: hammond${STACK} }`))
    await cluster.apply()
    await holds('the task runs', async () => (await runsOn()) !== undefined)
    const before = (await runsOn()) ?? ''
    expect(ZEROS).toContain(before)
    await labKill(cluster.id, before)
    await holds('it runs elsewhere', async () => ![before, undefined].includes(await runsOn()))
    await labStart(cluster.id, before)
    await cluster.well()
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('is changed node by node, and the one that all are reached through comes last', async () => {
    cluster.edit((text) => text.replace('users: [pi] }', 'users: [pi], log: { max_size: 7m } }'))
    const events = await cluster.events('apply', '--yes')
    const changed = events.flatMap((event) =>
      event.type === 'phase-started' && event.phase === 'converge' && event.detail === undefined
        ? [event.node]
        : [],
    )
    expect([...changed].sort()).toEqual([...NODES].sort())
    expect(changed.at(-1)).toBe('hammond')
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'changed' })
    for (const node of NODES)
      expect(await cluster.output(node, 'cat', '/etc/docker/daemon.json')).toContain('7m')
    await cluster.well()
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('leaves nothing on any node when its roles leave', async () => {
    cluster.edit((text) => text.replace(/^roles:[^]*?\n\n/m, 'roles: {}\n\n'))
    await cluster.apply()
    for (const node of NODES)
      expect([node, ...changesIn(bare.get(node) ?? [], await stateOf(cluster, node))]).toEqual([node])
  })
})
