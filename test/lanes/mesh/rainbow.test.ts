/** The example rainbow with Consul on a mesh behind a firewall, from its own file to nothing left: `npm run test:mesh`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labState } from '../../../src/lab/lab.ts'
import { ClusterUnderTest, failures, hasNoLab } from '../../lab/cluster-under-test.ts'
import { expectNothingLeft } from '../../lab/traces.ts'
import { changesIn, treeOf } from '../../lab/tree.ts'
import { knownPorts, openPorts } from './open-ports.ts'
import { underPings } from './pings.ts'
import { Stranger } from './stranger.ts'

/** In the order in which the mesh gives its addresses out. */
const SERVERS = ['bobsrockets', 'seanssatellites', 'tillystelescopes']
const CLIENTS = ['wopplefox', 'spatterling']
const NODES = [...SERVERS, ...CLIENTS]
/** Whoever has the pages of Consul shows them to the mesh, too. */
const SEEN_ON_MESH: Readonly<Record<string, string>> = {
  bobsrockets: '22 8300 8301 8501',
  seanssatellites: '22 8300 8301',
  tillystelescopes: '22 8300 8301',
  wopplefox: '22 8301',
  spatterling: '22 8301',
}
/** The default of the role. */
const MESH = '10.70.0.0/24'

describe.skipIf(hasNoLab)('the rainbow cluster on a mesh behind a firewall', () => {
  const cluster = new ClusterUnderTest('rainbow', undefined, 'with-mesh.yaml')
  const bare = new Map<string, readonly string[]>()
  let stranger: Stranger | undefined

  beforeAll(async () => {
    const up = await cluster.bramble('lab', 'up')
    expect(up.code, up.errors + up.text).toBe(0)
    for (const node of NODES) bare.set(node, await treeOf(cluster, node))
    stranger = await Stranger.plugIn(cluster)
  })
  afterAll(async () => {
    await stranger?.remove()
    await cluster.remove()
  })

  async function lanAddresses(): Promise<ReadonlyMap<string, string>> {
    return new Map((await labState(cluster.id)).map(({ name, address }) => [name, address]))
  }
  async function onMesh(node: string): Promise<string> {
    const shown = await cluster.output(node, 'ip', '-4', '-o', 'address', 'show', 'dev', 'wgmesh')
    const [, address] = /inet ([\d.]+)\//.exec(shown) ?? []
    if (address === undefined) throw new Error(`${node} has no address on the mesh: ${shown}`)
    return address
  }
  const publicKeyOf = (node: string) => cluster.output(node, 'wg', 'show', 'wgmesh', 'public-key')

  it('comes up in one apply, and is as wanted then', async () => {
    expect(await cluster.apply()).toMatchObject({ outcome: 'changed', failedNodes: [] })
    expect((await cluster.apply()).outcome).toBe('unchanged')
    await cluster.well()
  })

  it('has all agents on the mesh', async () => {
    const members = await cluster.bramble('ssh', 'bobsrockets', '--', 'consul', 'members')
    const alive = [...members.text.matchAll(/^(\S+) +(\S+):8301 +alive/gm)].map(([, name, at]) => [name, at])
    const wanted = await Promise.all(NODES.map(async (node) => [node, await onMesh(node)]))
    expect(alive.toSorted()).toEqual(wanted.toSorted())
    expect(await cluster.dig('wopplefox', 'spatterling.node.mooncarrot.space')).toBe(
      await onMesh('spatterling'),
    )
  })

  it('shows Consul to its nodes on the mesh, and nothing but SSH to a stranger on the same network', async () => {
    const someone = stranger as Stranger
    const lan = await lanAddresses()
    const there = (program: string, ...args: string[]) => someone.run(program, ...args)
    for (const node of NODES) {
      const address = await onMesh(node)
      const other = node === 'wopplefox' ? 'spatterling' : 'wopplefox'
      const here = (program: string, ...args: string[]) => cluster.inNetworkOf(other, program, ...args)
      expect([node, await knownPorts(here, address)]).toEqual([node, SEEN_ON_MESH[node]])
      expect([node, await openPorts(there, lan.get(node) ?? '')]).toEqual([node, '22'])
      // Whoever is on the same network can send anything to a node, also what is meant for its address on the mesh.
      await someone.route(MESH, lan.get(node) ?? '')
      expect([node, await knownPorts(there, address)]).toEqual([node, '22'])
    }
  })

  it('loses none of twenty pings a second while a key is rotated', async () => {
    const before = await publicKeyOf('bobsrockets')
    const bob = await onMesh('bobsrockets')
    const ways = [
      ['bobsrockets', await onMesh('seanssatellites')],
      ['bobsrockets', await onMesh('spatterling')],
      ...NODES.slice(1).map((node) => [node, bob] as const),
    ] as const
    const seen = await underPings(cluster, ways, async () => {
      const rotated = await cluster.bramble('secrets', 'rotate', 'wireguard/bobsrockets')
      expect(rotated.code, rotated.errors).toBe(0)
      await cluster.apply()
    })
    expect(seen.filter(({ lost }) => lost.length > 0)).toEqual([])
    expect(await publicKeyOf('bobsrockets')).not.toBe(before)
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('has a rule that would lock us out taken back by the node itself, and says that it failed', async () => {
    const rules = (node: string) => cluster.output(node, 'nft', '-s', 'list', 'table', 'inet', 'bramble')
    const before = await Promise.all(NODES.map(rules))
    cluster.edit((text) =>
      text.replace('firewall: { on: all }', 'firewall: { on: all, ssh_from: [198.51.100.7] }'),
    )
    const events = await cluster.events('apply', '--yes')
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'failed' })
    expect(failures(events).join('\n')).toContain('undone: no new connection confirmed the change in time')
    expect(await Promise.all(NODES.map(rules))).toEqual(before)
    cluster.edit((text) => text.replace(', ssh_from: [198.51.100.7]', ''))
    await cluster.apply()
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('leaves nothing when it is destroyed, and nothing on this computer when the lab goes down', async () => {
    const { code, text, errors } = await cluster.bramble('destroy', '--yes')
    expect(code, text + errors).toBe(0)
    for (const node of NODES) {
      expect([node, changesIn(bare.get(node) ?? [], await treeOf(cluster, node))]).toEqual([node, []])
      const running = await cluster.text(
        node,
        'sh',
        '-c',
        'ip -o link show wgmesh 2>/dev/null; pgrep -l "wireguard|consul"; exit 0',
      )
      expect([node, running]).toEqual([node, ''])
      const tables = await cluster.inNetworkOf(node, 'nft', 'list', 'tables')
      expect([node, tables.stdout.toString()]).toEqual([node, ''])
    }
    await stranger?.remove()
    stranger = undefined
    const down = await cluster.bramble('lab', 'down')
    expect(down.code, down.errors).toBe(0)
    await expectNothingLeft(cluster.id)
  })
})
