import { describe, expect, it } from 'vitest'
import { roleSchemas } from '../../api/open.ts'
import { readClusterFile } from '../../cluster-file/read.ts'
import { EMPTY_LOCK } from '../../cluster-lock/cluster-lock.ts'
import { resolve } from '../../resolve/resolve.ts'
import { clusterFixture, secretsFixture } from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { roles } from '../registry.generated.ts'
import type { Role } from '../role.ts'
import { configText } from './config.ts'
import { newPair } from './keys.ts'
import { peersOf } from './mesh.ts'
import { wireguardOptions } from './options.ts'
import { addressesOf, isInRange, parseRange } from './range.ts'
import wireguard from './wireguard.ts'

describeRole({
  role: wireguard as unknown as Role<never>,
  samples: {
    everything: { network: 'fd00:70::/64', interface: 'wgoverlay', port: 51821, mtu: 1380, keepalive: 30 },
  },
})

function diagnosticsOf(options: string, nodes = 'a: { address: 192.0.2.1 }, b: { address: 192.0.2.2 }') {
  const text = `cluster: office\ndomain: office.example.net\nnodes: { ${nodes} }\nroles:\n  wireguard: { on: all${options} }\n`
  const { file, positions, diagnostics } = readClusterFile(
    { path: 'cluster.yaml', text },
    { roles: roleSchemas() },
  )
  if (!file) return diagnostics
  return resolve({ file, positions, roles, authorizedKeys: [], lock: EMPTY_LOCK }).diagnostics
}

describe('what is wrong with a mesh', () => {
  it('is an address that is none: WIREGUARD_NODE_WITHOUT_ADDRESS', () => {
    const found = diagnosticsOf('', 'a: { address: a.example.net }, b: { address: 192.0.2.2 }')
    expect(found).toMatchObject([{ code: 'WIREGUARD_NODE_WITHOUT_ADDRESS', where: { line: 3 } }])
  })
  it('is a range that is in use: WIREGUARD_NETWORK_OVERLAPS', () => {
    const found = diagnosticsOf(', network: 192.0.2.0/28')
    expect(found).toMatchObject([
      { code: 'WIREGUARD_NETWORK_OVERLAPS', where: { line: 5 } },
      { code: 'WIREGUARD_NETWORK_OVERLAPS' },
    ])
  })
  it('is a name that is not in it: WIREGUARD_NODE_UNKNOWN', () => {
    expect(diagnosticsOf(', behind_nat: [bb]')).toMatchObject([{ code: 'WIREGUARD_NODE_UNKNOWN' }])
  })
  it('is a range that is none, or one with too few addresses', () => {
    expect(diagnosticsOf(', network: 10.70.0.1/24')).toMatchObject([{ code: 'BAD_VALUE' }])
    expect(diagnosticsOf(', network: 10.70.0.0/31')).toMatchObject([{ code: 'ALLOCATION_EXHAUSTED' }])
  })
})

describe('a mesh', () => {
  const options = wireguardOptions.parse({ behind_nat: 'node-3' })
  const cluster = clusterFixture({
    nodes: [{ roles: ['wireguard'] }, { roles: ['wireguard'] }, { roles: ['wireguard'] }],
    options: { wireguard: options },
  })

  it('has all others as peers, calls those that can be called, and keeps the way open behind NAT alone', () => {
    const [one, , three] = cluster.nodes
    if (!one || !three) throw new Error('there are three')
    expect(peersOf(one, options, cluster)).toEqual([
      { node: 'node-2', address: '10.70.0.2', endpoint: '192.0.2.2:51820' },
      { node: 'node-3', address: '10.70.0.3' },
    ])
    expect(peersOf(three, options, cluster).map(({ keepalive }) => keepalive)).toEqual([25, 25])
  })

  it('writes what wg-quick reads', () => {
    const [one] = cluster.nodes
    if (!one) throw new Error('there are three')
    const peers = peersOf(one, options, cluster).map((peer) => ({
      ...peer,
      publicKey: `KEY OF ${peer.node}`,
    }))
    expect(configText('10.70.0.1', options, 'SECRET', peers.slice(0, 1))).toBe(`# Written by bramble.
[Interface]
Address = 10.70.0.1/24
MTU = 1420
ListenPort = 51820
PrivateKey = SECRET

# node-2
[Peer]
PublicKey = KEY OF node-2
AllowedIPs = 10.70.0.2/32
Endpoint = 192.0.2.2:51820
`)
  })

  it('takes wireguard-go where a fact says that the kernel has none', () => {
    const of = (kernel: string) => {
      const facts = { 'wireguard.kernel': kernel }
      const seen = clusterFixture({
        nodes: [{ roles: ['wireguard'], facts }],
        options: { wireguard: options },
      })
      const [node] = seen.nodes
      if (!node) throw new Error('there is one')
      const release = () => {
        throw new Error('no release')
      }
      const made = wireguard.resources({ options, node, cluster: seen, secrets: secretsFixture(), release })
      return made.filter(({ kind }) => kind === 'package').map(({ name }) => name)
    }
    expect(of('no')).toContain('wireguard-go')
    expect(of('yes')).not.toContain('wireguard-go')
  })
})

describe('keys and addresses', () => {
  it('are 32 bytes each, and never the same', () => {
    const pairs = [newPair(), newPair()]
    for (const { publicKey, privateKey } of pairs) {
      expect(Buffer.from(publicKey, 'base64')).toHaveLength(32)
      expect(Buffer.from(privateKey, 'base64')).toHaveLength(32)
    }
    expect(new Set(pairs.flatMap((pair) => Object.values(pair))).size).toBe(4)
  })

  it('leave out what nobody can have', () => {
    expect([...addressesOf('10.70.0.0/29')]).toEqual(
      ['1', '2', '3', '4', '5', '6'].map((last) => `10.70.0.${last}`),
    )
    expect([...addressesOf('10.70.0.0/22')].slice(254, 257)).toEqual([
      '10.70.0.255',
      '10.70.1.0',
      '10.70.1.1',
    ])
    expect(addressesOf('fd00:70::/64').next().value).toBe('fd00:70::1')
    expect(isInRange('10.70.0.0/24', 'fd00:70::1')).toBe(false)
    expect(parseRange('10.70.0.0/33')).toBeUndefined()
  })
})
