/** The role `dns`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  fileFixture,
  releaseFixture,
  secretsFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import type { Role } from '../role.ts'
import dns from './dns.ts'

describeRole({
  role: dns as unknown as Role<never>,
  samples: {
    'everything said': {
      clients: ['192.168.1.0/24', 'fd00::/64'],
      records: { printer: '192.0.2.77', 'door.example.org': ['192.0.2.78', 'fd00::78'] },
      upstream: ['9.9.9.9#dns.quad9.net', '2620:fe::fe@853#dns.quad9.net'],
      mode: 'zones',
      upstream_ca: 'files/ca.pem',
      blocklist: 'files/blocked.rpz',
      dnssec: false,
    },
  },
})

/** The lines of the configuration of the first of two nodes, without what is before and behind them. */
function linesOf(written: object): string[] {
  const options = dns.options.parse(written)
  const cluster = clusterFixture({
    nodes: [{ roles: ['dns'] }, { roles: ['dns'] }],
    options: { dns: options },
  })
  const [node] = cluster.nodes
  if (node === undefined) throw new Error('no node')
  const made = dns.resources({
    options,
    node,
    cluster,
    secrets: secretsFixture(),
    release: releaseFixture,
    file: fileFixture,
  })
  const bytes = made.find(({ name }) => name === '/etc/unbound/unbound.conf')?.contents[0]?.bytes
  return (bytes && !('path' in bytes) ? Buffer.from(bytes).toString() : '')
    .split('\n')
    .map((line) => line.trim())
}

describe('a resolver', () => {
  it('answers nodes alone, unless others are named', () => {
    const allowed = (written: object) => linesOf(written).filter((line) => line.startsWith('access-control'))
    const nodes = ['access-control: 192.0.2.1 allow', 'access-control: 192.0.2.2 allow']
    expect(allowed({})).toEqual(nodes)
    expect(allowed({ clients: '192.168.1.0/24' })).toEqual([...nodes, 'access-control: 192.168.1.0/24 allow'])
  })

  it('knows all nodes, records, and the reverse of both', () => {
    const lines = linesOf({ records: { printer: '192.0.2.77', 'door.example.org': 'fd00::78' } })
    expect(lines.filter((line) => line.startsWith('local-'))).toMatchInlineSnapshot(`
      [
        "local-zone: "office.example.net." transparent",
        "local-data: "node-1.office.example.net. 60 IN A 192.0.2.1"",
        "local-data: "node-2.office.example.net. 60 IN A 192.0.2.2"",
        "local-data: "printer.office.example.net. 60 IN A 192.0.2.77"",
        "local-data: "door.example.org. 60 IN AAAA fd00::78"",
        "local-data: "bramble-dns.office.example.net. 60 IN A 192.0.2.1"",
        "local-data: "bramble-dns.office.example.net. 60 IN A 192.0.2.2"",
        "local-data-ptr: "192.0.2.77 60 printer.office.example.net."",
        "local-data-ptr: "fd00::78 60 door.example.org."",
        "local-data-ptr: "192.0.2.1 60 node-1.office.example.net."",
        "local-data-ptr: "192.0.2.2 60 node-2.office.example.net."",
      ]
    `)
  })

  it('lets a record take the place of the name of a node', () => {
    const node = linesOf({}).find((line) => line.startsWith('local-data:'))
    const name = /"([^.]+)\./.exec(node ?? '')?.[1] ?? ''
    const lines = linesOf({ records: { [name]: '192.0.2.99' } })
    expect(lines.filter((line) => line.startsWith(`local-data: "${name}.`))).toHaveLength(1)
  })

  it('asks for public names over TLS alone, on the port for that', () => {
    const lines = linesOf({ upstream: '9.9.9.9#dns.quad9.net' })
    expect(lines).toContain('forward-tls-upstream: yes')
    expect(lines).toContain('forward-addr: 9.9.9.9@853#dns.quad9.net')
    expect(lines.filter((line) => line.startsWith('forward-first'))).toEqual([])
  })
})
