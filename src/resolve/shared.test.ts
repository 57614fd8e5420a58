import { describe, expect, it } from 'vitest'
import type { Cluster } from '../topology/cluster.ts'
import { z } from 'zod'
import { roleSchemas } from '../api/open.ts'
import { readClusterFile } from '../cluster-file/read.ts'
import { EMPTY_LOCK, lockText, parseLock, type ClusterLock } from '../cluster-lock/cluster-lock.ts'
import { agentConfig } from '../engines/consul/config.ts'
import { datacenterOf, networkOf } from '../engines/consul/datacenter.ts'
import { serverOptions } from '../engines/consul/options.ts'
import { agentWishes } from '../engines/consul/role-parts.ts'
import { watcherFindings } from '../engines/prometheus/findings.ts'
import { roles as real } from '../roles/registry.generated.ts'
import { defineRole, type Role } from '../roles/role.ts'
import { meetWishes } from '../wishes/meet-secrets.ts'
import { passingSecrets } from '../secrets/store.ts'
import { X509Certificate } from 'node:crypto'
import { onNetwork } from '../topology/network.ts'
import { resolve } from './resolve.ts'

const options = z.strictObject({ size: z.int().default(9).meta({ description: 'Number of addresses.' }) })

/** A role that makes a network of addresses that the cluster lock keeps. */
const mesh = defineRole<z.output<typeof options>>({
  name: 'mesh',
  summary: 'A network for tests.',
  options,
  allocations: ({ options: { size }, cluster }) => [
    {
      name: 'mesh/address',
      what: 'address on the mesh',
      holders: cluster.find('mesh').map(({ name }) => name),
      values: () => Array.from({ length: size }, (_, index) => `10.9.0.${index + 1}`),
      has: (value) => value.startsWith('10.9.0.'),
      option: 'size',
    },
  ],
  network: ({ cluster }) => ({
    interface: 'mesh0',
    unit: 'mesh.service',
    range: '10.9.0.0/24',
    addressOf: (node) => cluster.allocated('mesh/address')[node],
  }),
  provides: ({ node }) => [
    { name: `mesh of ${node.name}`, ports: [{ port: 51820, protocol: 'udp' }], to: 'cluster' },
  ],
  resources: () => [],
})

/** A role that watches, and that nobody else has heard of. */
const eye = defineRole({
  name: 'eye',
  summary: 'Watches, for tests.',
  options: z.strictObject({}),
  watches: true,
  findings: ({ cluster }) => watcherFindings('eye', { interval: '30s' }, cluster),
  resources: () => [],
})

const roles: Readonly<Record<string, Role>> = {
  ...real,
  mesh: mesh as unknown as Role,
  eye: eye as unknown as Role,
}

function resolved(text: string, lock: ClusterLock = EMPTY_LOCK) {
  const schemas = { ...roleSchemas(), mesh: { options }, eye }
  const { file, positions, diagnostics } = readClusterFile({ path: 'cluster.yaml', text }, { roles: schemas })
  if (!file) throw new Error(JSON.stringify(diagnostics))
  return resolve({ file, positions, roles, authorizedKeys: [], lock })
}

const fileOf = (names: readonly string[], rolesText: string, more = ''): string =>
  `cluster: office
domain: office.example.net
access: { port: 2222 }
nodes:
${names.map((name, index) => `  ${name}: { address: 192.0.2.${index + 1}, model: pi4, memory: 4GiB }\n`).join('')}roles:
${rolesText}${more}`

const errorsOf = ({ diagnostics }: ReturnType<typeof resolved>) =>
  diagnostics.filter(({ severity }) => severity === 'error')

describe('what a role gives out', () => {
  const first = resolved(fileOf(['bob', 'cyd'], '  mesh: { on: all }\n'))

  it('stands in the cluster lock and does not move when a node is put before the others', () => {
    expect(first.lock.allocations).toEqual({ 'mesh/address': { bob: '10.9.0.1', cyd: '10.9.0.2' } })
    const kept = parseLock(lockText(first.lock))
    const second = resolved(fileOf(['ada', 'bob', 'cyd'], '  mesh: { on: all }\n'), kept)
    expect(second.cluster.allocated('mesh/address')).toEqual({
      ada: '10.9.0.3',
      bob: '10.9.0.1',
      cyd: '10.9.0.2',
    })
  })

  it('is given to nobody else while the lock knows the node that left', () => {
    const known = { ...first.lock, nodes: { bob: { machine_id: '1' } } }
    const file = fileOf(['cyd', 'dan'], '  mesh: { on: all }\n')
    expect(resolved(file, known).cluster.allocated('mesh/address')).toMatchObject({ dan: '10.9.0.3' })
    expect(resolved(file, first.lock).cluster.allocated('mesh/address')).toMatchObject({ dan: '10.9.0.1' })
  })

  it('may run out, which is said where the cluster file says how much there is: ALLOCATION_EXHAUSTED', () => {
    const found = errorsOf(resolved(fileOf(['ada', 'bob', 'cyd'], '  mesh: { on: all, size: 2 }\n')))
    expect(found).toMatchObject([{ code: 'ALLOCATION_EXHAUSTED', where: { line: 9 } }])
    expect(found[0]?.summary).toBe('there is no address on the mesh left for cyd')
  })

  it('may be there twice in a lock that was put together by hand: ALLOCATION_TWICE', () => {
    const merged = { ...EMPTY_LOCK, allocations: { 'mesh/address': { ada: '10.9.0.1', bob: '10.9.0.1' } } }
    const found = errorsOf(resolved(fileOf(['ada', 'bob'], '  mesh: { on: all }\n'), merged))
    expect(found).toMatchObject([{ code: 'ALLOCATION_TWICE', where: { file: 'cluster.yaml', line: 8 } }])
    expect(found[0]?.fix).toContain('delete the line of bob')
  })
})

describe('what roles provide', () => {
  it('is seen by everybody: SSH by its port, engines by who is meant to reach them, declared services', () => {
    const { cluster } = resolved(
      fileOf(
        ['ada', 'bob'],
        '  base: { on: all }\n  mesh: { on: all }\n  consul-server: { on: ada, network: mesh }\n  consul-client: { on: rest }\n',
        'services:\n  bell: { on: bob, port: 8080, to: everyone }\n  log: { on: ada, port: 514 }\n',
      ),
    )
    const told = cluster
      .provided()
      .map(({ node, role, name, ports, to, network }) =>
        [
          node,
          role,
          name,
          ports.map(({ port, protocol }) => `${port}/${protocol}`).join('+'),
          typeof to === 'string' ? to : to.roles.join('+'),
          network ?? '-',
        ].join(' '),
      )
    expect(told).toEqual([
      'ada base ssh 2222/tcp everyone -',
      'ada consul-server consul-server 8300/tcp consul-server+consul-client mesh',
      'ada consul-server consul 8301/tcp+8301/udp consul-server+consul-client mesh',
      'ada mesh mesh of ada 51820/udp cluster -',
      'ada services log 514/tcp cluster -',
      'bob base ssh 2222/tcp everyone -',
      'bob consul-client consul 8301/tcp+8301/udp consul-server+consul-client mesh',
      'bob mesh mesh of bob 51820/udp cluster -',
      'bob services bell 8080/tcp everyone -',
    ])
  })
})

describe('the metrics of Consul', () => {
  const AGENTS = '  consul-server: { on: ada }\n  consul-client: { on: rest }\n'
  const toldIn = (cluster: Cluster) =>
    cluster.provided().flatMap(({ node, metrics }) => (metrics ? [{ node, ...metrics }] : []))

  it('are told by nobody where nobody watches: agents give them to their own node alone', () => {
    expect(toldIn(resolved(fileOf(['ada', 'bob'], AGENTS)).cluster)).toEqual([])
  })

  it('are told for every agent where somebody watches, at the port that its configuration opens', () => {
    const { cluster } = resolved(fileOf(['ada', 'bob'], `${AGENTS}  prometheus: { on: bob }\n`))
    const told = toldIn(cluster)
    const given = serverOptions.parse({})
    const datacenter = datacenterOf(cluster, given)
    const [ada] = cluster.nodes
    if (!ada) throw new Error('there is no node')
    const { ports } = agentConfig({ datacenter, node: ada, role: 'server', options: given })
    const { https: port } = ports as { readonly https: number }
    const access = { token: 'consul/metrics', authority: 'consul/ca', serverName: 'localhost' }
    const metrics = { path: '/v1/agent/metrics?format=prometheus', port, scheme: 'https', access }
    expect(told).toEqual(['ada', 'bob'].map((node) => ({ node, ...metrics })))
  })
})

it('opens what is for those who watch to the nodes of whatever role does so', () => {
  const watched = '  node-exporter: { on: ada }\n  firewall: { on: ada }\n  eye: { on: bob }\n'
  const { cluster } = resolved(fileOf(['ada', 'bob'], watched))
  expect(cluster.watchers().map(({ role, node }) => [role, node.name])).toEqual([['eye', 'bob']])
  expect(cluster.openings('ada')).toContainEqual({
    what: 'node-exporter (node-exporter)',
    who: 'eye',
    ports: [{ port: 9100, protocol: 'tcp' }],
    from: [{ addresses: ['192.0.2.2'] }],
  })
})

it('refuses two that watch on one node, and takes them on two: WATCHERS_ON_ONE_NODE', () => {
  const watched = (eyeOn: string) =>
    resolved(
      fileOf(
        ['ada', 'bob'],
        `  node-exporter: { on: all }\n  eye: { on: ${eyeOn} }\n  prometheus: { on: ada }\n`,
      ),
    )
  expect(errorsOf(watched('ada')).map(({ code }) => code)).toEqual(['WATCHERS_ON_ONE_NODE'])
  expect(errorsOf(watched('bob'))).toEqual([])
})

describe('an engine on a network', () => {
  const on = (consul: string, meshOn = 'all') =>
    resolved(fileOf(['ada', 'bob', 'cyd'], `  mesh: { on: ${meshOn} }\n  consul-server: ${consul}\n`))

  it('binds to its address there, joins the others there, and its certificate holds that address', async () => {
    const { cluster } = on('{ on: [ada, bob, cyd], network: mesh }')
    const given = serverOptions.parse({ network: 'mesh' })
    const [ada] = cluster.nodes
    if (!ada) throw new Error('there is no node')
    const node = onNetwork(ada, networkOf(cluster, given))
    const agent = { datacenter: datacenterOf(cluster, given), node, role: 'server', options: given } as const
    expect(agentConfig(agent)).toMatchObject({
      bind_addr: '10.9.0.1',
      retry_join: ['10.9.0.2', '10.9.0.3'],
    })
    const secrets = await meetWishes(passingSecrets(), agentWishes(agent, []), new Date('2026-01-01'))
    const { certificatePem } = secrets.certificate('consul/certificate/ada')
    expect(new X509Certificate(certificatePem).subjectAltName).toContain('IP Address:10.9.0.1')
    // SSH goes by the node's own address.
    expect(ada.address).toBe('192.0.2.1')
  })

  it('is refused when nobody makes the network: NETWORK_UNKNOWN', () => {
    const found = errorsOf(on('{ on: ada, network: wires }'))
    expect(found).toMatchObject([{ code: 'NETWORK_UNKNOWN', where: { line: 10 } }])
  })

  it('is refused on a node that is not on the network: NETWORK_MISSES_NODE', () => {
    const found = errorsOf(on('{ on: [ada, bob, cyd], network: mesh }', '[ada, bob]'))
    expect(found).toMatchObject([{ code: 'NETWORK_MISSES_NODE', where: { line: 7 } }])
  })
})
