/** The role `dnsmasq`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import { describeRole } from '../../../test/contract/role.ts'
import { resolvedFrom } from '../../../test/contract/resolved.ts'
import { passingSecrets } from '../../secrets/store.ts'
import { meetWishes } from '../../wishes/meet-secrets.ts'
import { fileFixture, releaseFixture } from '../../../test/contract/cluster-fixture.ts'
import type { Role } from '../role.ts'
import dnsmasq from './dnsmasq.ts'

describeRole({
  role: dnsmasq as unknown as Role<never>,
  samples: {
    'everything said': {
      answers: 'everyone',
      records: { printer: '192.0.2.77', 'door.example.org': ['192.0.2.78', 'fd00::78'] },
      upstream: ['192.168.1.1', '127.0.0.1:5353', '[fd00::1]:53'],
      dhcp: {
        from: '192.168.1.100',
        to: '192.168.1.200',
        router: '192.168.1.1',
        lease: '45m',
        reservations: { camera: { mac: 'B8-27-EB-00-00-07', address: '192.168.1.20' } },
      },
    },
  },
})

function resolved(text: string) {
  return resolvedFrom(`cluster: office
domain: office.example.net
nodes:
  a: { address: 192.0.2.1, mac: B8-27-EB-00-00-01, model: pi4, memory: 4GiB }
  b: { address: 192.0.2.2, model: pi4, memory: 4GiB }
roles:
${text}`)
}

/** The lines of the configuration on the first node. */
async function linesOf(text: string): Promise<string[]> {
  const { cluster } = resolved(text)
  const [node] = cluster.nodes
  const [use] = cluster.uses<never>('dnsmasq')
  if (!node || !use) throw new Error('no node')
  const made = dnsmasq.resources({
    options: use.options,
    node,
    cluster,
    secrets: await meetWishes(passingSecrets(), [], new Date('2026-01-01')),
    release: releaseFixture,
    file: fileFixture,
  })
  const bytes = made.find(({ name }) => name === '/etc/bramble/dnsmasq.conf')?.contents[0]?.bytes
  return (bytes && !('path' in bytes) ? Buffer.from(bytes).toString() : '').trim().split('\n')
}

const starting = (lines: readonly string[], word: string): string[] =>
  lines.filter((line) => line.startsWith(word))

describe('the small resolver', () => {
  it('gives no addresses to anybody unless asked', async () => {
    expect(starting(await linesOf('  dnsmasq: { on: all }\n'), 'dhcp')).toEqual([])
  })

  it('gives nodes whose MAC address is known the address that they have, and the printer its own', async () => {
    const lines = await linesOf(
      `  dnsmasq: { on: all, dhcp: { from: 192.0.2.100, to: 192.0.2.120, reservations: { printer: { mac: "02:00:5E:00:00:07", address: 192.0.2.20 } } } }\n`,
    )
    expect(starting(lines, 'dhcp')).toEqual([
      'dhcp-leasefile=/var/lib/bramble-dnsmasq/leases',
      'dhcp-range=192.0.2.100,192.0.2.120,12h',
      'dhcp-host=b8:27:eb:00:00:01,192.0.2.1,a',
      'dhcp-host=02:00:5e:00:00:07,192.0.2.20,printer',
    ])
  })

  it('asks the agent of its node for what is Consul’s, and the servers of the house for the rest', async () => {
    const lines = await linesOf(
      '  consul-server: { on: a }\n  dnsmasq: { on: a, upstream: [192.0.2.254, "[fd00::1]:5353"] }\n',
    )
    expect(starting(lines, 'server=')).toEqual([
      ...['node', 'service', 'query', 'connect', 'ingress', 'virtual', 'addr', 'office'].map(
        (label) => `server=/${label}.office.example.net/127.0.0.1#8600`,
      ),
      'server=192.0.2.254',
      'server=fd00::1#5353',
    ])
  })

  it('cannot share a node with another resolver', () => {
    const codes = resolved('  dns: { on: [a, b] }\n  dnsmasq: { on: b }\n').diagnostics.map(
      ({ code, summary }) => `${code}: ${summary}`,
    )
    expect(codes).toContain('PORT_TAKEN_TWICE: on b both dns and dnsmasq would listen on 53/udp')
  })
})
