/** A mesh with Consul on it behind a firewall, on real nodes: `npm run test:mesh`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labState } from '../../../src/lab/lab.ts'
import { ClusterUnderTest, failures, hasNoLab } from '../../lab/cluster-under-test.ts'
import { Writers } from '../consul/writers.ts'
import { openPorts } from './open-ports.ts'
import { underPings } from './pings.ts'

const MESH = ['ada', 'bob', 'cyd']
/** `dan` is a node like the others and not on the mesh: whoever is on the same network sees what he sees. */
const TEXT = `cluster: mesh
domain: office.example.net
access: { user: pi }
nodes:
  ada: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bob: { address: 192.0.2.11, model: pi4, memory: 1GiB }
  cyd: { address: 192.0.2.12, model: pi4, memory: 1GiB }
  dan: { address: 192.0.2.13, model: pi4, memory: 1GiB }
roles:
  base: { on: all }
  wireguard: { on: [${MESH.join(', ')}] }
  consul-server: { on: [${MESH.join(', ')}], network: wireguard, source: package, unmaintained: accepted }
  firewall: { on: [${MESH.join(', ')}] }
`

describe.skipIf(hasNoLab)('a mesh behind a firewall', () => {
  const cluster = new ClusterUnderTest('mesh', TEXT)
  beforeAll(async () => {
    await cluster.labUp('--share-memory')
  })
  afterAll(() => cluster.remove())

  const addressOf = async (node: string): Promise<string> => {
    const found = (await labState(cluster.id)).find(({ name }) => name === node)
    if (found === undefined) throw new Error(`there is no ${node}`)
    return found.address
  }
  const seenBy = (node: string, address: string): Promise<string> =>
    openPorts((program, ...args) => cluster.inNetworkOf(node, program, ...args), address)
  const wg = (node: string, ...words: string[]) => cluster.output(node, 'wg', 'show', 'wgmesh', ...words)

  it('comes up with Consul on it, and is as wanted then', async () => {
    await cluster.apply()
    expect((await cluster.apply()).outcome).toBe('unchanged')
    expect(await cluster.output('ada', 'wg', 'show', 'wgmesh', 'allowed-ips')).toContain('10.70.0.2/32')
    expect(await cluster.output('ada', 'stat', '-c', '%a', '/etc/wireguard/wgmesh.conf')).toBe('600')
  })

  it('shows Consul on the mesh alone', async () => {
    expect(await seenBy('bob', '10.70.0.1')).toBe('22 8300 8301')
    expect(await seenBy('dan', await addressOf('ada'))).toBe('22')
    expect(await seenBy('bob', await addressOf('ada'))).toBe('22')
  })

  it('loses no packet while a key changes', async () => {
    const before = await wg('ada', 'public-key')
    const ways = [
      ['ada', '10.70.0.2'],
      ['bob', '10.70.0.1'],
      ['cyd', '10.70.0.1'],
    ] as const
    const seen = await underPings(cluster, ways, async () => {
      const rotated = await cluster.bramble('secrets', 'rotate', 'wireguard/ada')
      expect(rotated.code, rotated.errors).toBe(0)
      await cluster.apply()
    })
    expect(seen.filter(({ lost }) => lost.length > 0)).toEqual([])
    expect(await wg('ada', 'public-key')).not.toBe(before)
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('takes a key back that a peer does not answer to, and says so', async () => {
    const before = await wg('ada', 'public-key')
    await cluster.output(
      'bob',
      'nft',
      'add table inet deaf; add chain inet deaf in { type filter hook prerouting priority -300; }; add rule inet deaf in udp dport 51820 drop',
    )
    await cluster.bramble('secrets', 'rotate', 'wireguard/ada')
    const events = await cluster.events('apply', '--yes')
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'failed' })
    expect(failures(events).join('\n')).toContain(
      'the new keys were taken back: ada and bob did not shake hands',
    )
    expect(await wg('ada', 'public-key')).toBe(before)
    expect(await wg('cyd', 'peers')).toContain(before)
    await cluster.output('bob', 'nft', 'delete table inet deaf')
    await cluster.apply()
    expect(await wg('ada', 'public-key')).not.toBe(before)
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('keeps the way in: the node takes a rule back that shuts it', async () => {
    const rules = await cluster.output('ada', 'nft', 'list', 'table', 'inet', 'bramble')
    cluster.edit((text) => text.replace('  firewall: { ', '  firewall: { ssh_from: [198.51.100.0/24], '))
    const events = await cluster.events('apply', '--yes')
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'failed' })
    expect(failures(events).join('\n')).toContain('undone: no new connection confirmed the change in time')
    const without = (text: string): string => text.replaceAll(/packets \d+ bytes \d+/g, '')
    const after = await cluster.output('ada', 'nft', 'list', 'table', 'inet', 'bramble')
    expect(without(after)).toBe(without(rules))
    cluster.edit((text) => text.replace('ssh_from: [198.51.100.0/24], ', ''))
    await cluster.apply()
  })

  it('loads its rules again where a hand has changed or flushed them', async () => {
    const rules = ['nft', '-s', 'list', 'table', 'inet', 'bramble']
    const before = await cluster.output('ada', ...rules)
    const changes = [
      ['insert', 'rule', 'inet', 'bramble', 'inbound', 'tcp', 'dport', '9999', 'accept'],
      ['flush', 'table', 'inet', 'bramble'],
      ['flush', 'ruleset'],
    ]
    for (const change of changes) {
      await cluster.output('ada', 'nft', ...change)
      const planned = await cluster.bramble('plan', '--detailed-exitcode')
      expect([planned.code, planned.text]).toEqual([2, expect.stringContaining('where others are in force')])
      await cluster.apply()
      expect(await cluster.output('ada', ...rules)).toBe(before)
    }
  })

  it('sees in its status who has no tunnels any more, and mends that', async () => {
    await cluster.well()
    await cluster.output('cyd', 'pkill', '-KILL', 'wireguard-go')
    const status = await cluster.bramble('status')
    expect(status.code).not.toBe(0)
    expect(status.text).toContain('cyd has no wgmesh that works')
    expect((await cluster.apply()).outcome).toBe('changed')
    await cluster.well()
    expect(await wg('cyd', 'peers')).not.toBe('')
  })

  it('sees two nodes that do not hear each other', async () => {
    const deaf =
      'add table inet deaf; add chain inet deaf in { type filter hook prerouting priority -300; }; add rule inet deaf in udp dport 51820 drop'
    await cluster.output('bob', 'nft', deaf)
    await cluster.output('ada', 'systemctl', 'restart', 'wg-quick@wgmesh')
    const status = await cluster.bramble('status')
    expect(status.code).not.toBe(0)
    expect(status.text).toContain('ada and bob do not reach each other over the mesh: they never shook hands')
    await cluster.output('bob', 'nft', 'delete table inet deaf')
    await cluster.well()
  })

  describe('a Consul that lives', () => {
    let withRoles = ''
    const token = async (): Promise<string> => {
      const shown = await cluster.bramble('secrets', 'show', 'consul/management', '--field', 'secretId')
      return shown.text.trim()
    }
    const asManager = async (node: string, command: string) =>
      cluster.output(node, 'env', `CONSUL_HTTP_TOKEN=${await token()}`, 'sh', '-c', command)

    /** Everything refuses it with this way out, and those who write meanwhile lose nothing. */
    async function expectRefused(change: (text: string) => string, wayOut: string): Promise<void> {
      const writers = await Writers.start(cluster, MESH, await token())
      await writers.more(50)
      const before = await cluster.text('ada', 'cat', '/etc/consul.d/consul.json')
      let old = ''
      cluster.edit((text) => change((old = text)))
      for (const verb of [['check'], ['plan'], ['apply', '--yes']]) {
        const ended = await cluster.bramble(...verb)
        expect([verb[0], ended.code]).toEqual([verb[0], 1])
        expect(ended.errors).toContain('SETTLED_VALUE_CHANGED')
        expect(ended.errors).toContain(wayOut)
      }
      cluster.edit(() => old)
      expect((await cluster.apply()).outcome).toBe('unchanged')
      expect(await cluster.text('ada', 'cat', '/etc/consul.d/consul.json')).toBe(before)
      await writers.more(50)
      const { acknowledged, lost, longestGapSeconds } = await writers.stop('ada')
      console.log(`a move is refused: ${acknowledged} writes, longest gap ${longestGapSeconds} s`)
      expect(lost).toEqual([])
    }

    it('is not moved off the mesh', async () => {
      await expectRefused(
        (text) => text.replace('network: wireguard, ', ''),
        'write  network: wireguard  under consul-server and  network: 10.70.0.0/24  under wireguard',
      )
    })

    it('leaves nothing when the roles leave', async () => {
      await asManager('bob', 'consul kv put kept/colour red && consul kv export kept/ >/root/entries.json')
      cluster.edit((text) => (withRoles = text).replace(/^ {2}(wireguard|firewall|consul-server):.*\n/gm, ''))
      await cluster.apply()
      for (const node of MESH) {
        const left = await cluster.text(
          node,
          'sh',
          '-c',
          'ls -d /etc/wireguard /etc/bramble /etc/systemd/system/*wg-quick* 2>/dev/null; ip -o link show wgmesh 2>/dev/null; pgrep -l wireguard',
        )
        expect(left, node).toBe('')
        const tables = await cluster.inNetworkOf(node, 'nft', 'list', 'tables')
        expect(tables.stdout.toString(), node).toBe('')
      }
      expect((await cluster.apply()).outcome).toBe('unchanged')
    })

    it('begins anew on the addresses of the nodes with the entries that were kept', async () => {
      cluster.edit(() => withRoles.replace('network: wireguard, ', ''))
      await cluster.apply()
      await asManager('bob', 'consul kv import @/root/entries.json')
      expect(await asManager('ada', 'consul kv get kept/colour')).toBe('red')
      expect((await cluster.apply()).outcome).toBe('unchanged')
    })

    it('is not moved onto the mesh either', async () => {
      await expectRefused(
        (text) => text.replace('consul-server: { ', 'consul-server: { network: wireguard, '),
        'take  network  out of consul-server',
      )
    })
  })
})
