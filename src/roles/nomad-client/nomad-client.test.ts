/** The role `nomad-client`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  fileFixture,
  releaseFixture,
  secretsFixture,
  type NodeFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { clientOptions, serverOptions } from '../../engines/consul/options.ts'
import { reservedMebibytes } from '../../engines/nomad/client-config.ts'
import nomadServer from '../nomad-server/nomad-server.ts'
import type { ModelId } from '../../hardware/boards.ts'
import type { Role } from '../role.ts'
import nomadClient from './nomad-client.ts'

describeRole({
  role: nomadClient as unknown as Role<never>,
  beside: [{ role: nomadServer as unknown as Role<never>, nodes: 3 }],
  refuses: ['pi1', 'pi2', 'zero', 'zero-w', 'cm1'],
  samples: {
    'everything that can be asked for': {
      drivers: ['exec', 'raw_exec'],
      meta: { floor: 1 },
      host_volumes: { notes: { path: '/srv/notes', read_only: true } },
      chroot: ['/usr/lib/python3'],
      reserved_memory: 128,
      reserved_disk: 512,
      data_dir: '/srv/nomad-work',
      old_state: 'set_aside',
      log_level: 'debug',
    },
  },
})

function clusterWith(written: Record<string, unknown>, node: Partial<NodeFixture>) {
  const options = nomadClient.options.parse(written)
  const server = (name: string): NodeFixture => ({ name, roles: ['nomad-server'] })
  const cluster = clusterFixture({
    nodes: [{ name: 'dog', roles: ['nomad-client'], ...node }, ...['ant', 'bee', 'cow'].map(server)],
    options: { 'nomad-server': nomadServer.options.parse({}), 'nomad-client': options },
  })
  const [own] = cluster.nodes
  if (own === undefined) throw new Error('no node')
  return { options, cluster, node: own, nodes: [own] }
}

/** The part `client` of the configuration, and the whole. */
function configOf(written: Record<string, unknown>, node: Partial<NodeFixture> = {}) {
  const context = clusterWith(written, node)
  const resources = nomadClient.resources({
    ...context,
    secrets: secretsFixture(),
    release: releaseFixture,
    file: fileFixture,
  })
  const bytes = resources.find(({ name }) => name === '/etc/nomad-client/client.json')?.contents[0]?.bytes
  const text = bytes !== undefined && !('path' in bytes) ? Buffer.from(bytes).toString() : '{}'
  return JSON.parse(text) as Record<string, Record<string, unknown>>
}

/** The files of a client beside the agents of Consul that `roles` says, on `servers` and on its own node. */
function besideConsul(servers: readonly string[], own: readonly string[]) {
  const options = nomadClient.options.parse({})
  const consul = { 'consul-server': serverOptions.parse({}), 'consul-client': clientOptions.parse({}) }
  const cluster = clusterFixture({
    nodes: [
      { name: 'dog', roles: ['nomad-client', ...own] },
      ...['ant', 'bee', 'cow'].map((name) => ({ name, roles: ['nomad-server', ...servers] })),
    ],
    options: {
      'nomad-server': nomadServer.options.parse({}),
      'nomad-client': options,
      ...consul,
    },
  })
  const [node] = cluster.nodes
  if (node === undefined) throw new Error('no node')
  const context = {
    options,
    cluster,
    node,
    nodes: [node],
    secrets: secretsFixture(),
    release: releaseFixture,
    file: fileFixture,
  }
  const files = new Map(
    nomadClient.resources(context).flatMap(({ name, contents: [content], row }) => {
      const bytes = content?.bytes
      return bytes !== undefined && !('path' in bytes)
        ? [[name, { text: Buffer.from(bytes).toString(), row }] as const]
        : []
    }),
  )
  return {
    files,
    secret: nomadClient.secrets?.(context).some(({ name }) => name === 'nomad/consul/dog'),
    provided: cluster.provided(),
  }
}

function codesOf(written: Record<string, unknown>, node: Partial<NodeFixture> = {}): readonly string[] {
  const found = nomadClient.findings?.({ ...clusterWith(written, node), file: fileFixture }) ?? []
  return found.map(({ diagnostic }) => diagnostic.code)
}

describe('a Nomad client beside an agent of Consul', () => {
  it('asks it over TLS, with a token that nobody else on the node can read', () => {
    const { files, secret, provided } = besideConsul(['consul-server'], ['consul-client'])
    const { consul } = JSON.parse(files.get('/etc/nomad-client/client.json')?.text ?? '{}') as {
      consul: unknown
    }
    expect(consul).toEqual({
      auto_advertise: false,
      server_auto_join: false,
      client_auto_join: false,
      address: 'localhost:8501',
      ssl: true,
      verify_ssl: true,
      ca_file: '/etc/nomad-client/consul-ca.pem',
    })
    expect(files.get('/etc/nomad-client/consul.json')?.text).toMatch(/"token": "[0-9a-f-]{36}"/)
    expect(files.get('/etc/nomad-client/consul.json')?.row).toContain('600')
    expect(files.get('/etc/systemd/system/nomad-client.service')?.text).toContain(
      'nomad agent -config=/etc/nomad-client/client.json -config=/etc/nomad-client/consul.json\n',
    )
    expect(secret).toBe(true)
    expect(
      provided.flatMap(({ node, consulRight }) => (consulRight ? [[node, consulRight.secret]] : [])),
    ).toEqual([['dog', 'nomad/consul/dog']])
    expect(new Set(provided.flatMap(({ identities }) => identities?.keys ?? []))).toEqual(
      new Set(['https://127.0.0.1:4646/.well-known/jwks.json']),
    )
  })

  it.each([
    ['there is none', [], []],
    ['there is none on its node', ['consul-server'], []],
  ])('is told nothing of Consul where %s', (_, servers, own) => {
    const { files, secret, provided } = besideConsul(servers, own)
    expect([...files.keys()].filter((name) => name.includes('consul'))).toEqual([])
    expect(files.get('/etc/nomad-client/client.json')?.text).not.toContain('8501')
    expect(secret).toBe(false)
    expect(provided.filter(({ consulRight, identities }) => consulRight ?? identities)).toEqual([])
  })
})

describe('a Nomad client', () => {
  it('tells jobs of its board, its labels and what is plugged in', () => {
    const { client } = configOf(
      { meta: { floor: 2 } },
      { has: ['led-matrix'], labels: { 'my.room': 'attic' } },
    )
    expect(client).toMatchObject({
      node_class: 'pi4',
      meta: { model: 'pi4', has_led_matrix: 'true', my_room: 'attic', floor: '2' },
      server_join: { retry_join: ['192.0.2.2:4647', '192.0.2.3:4647', '192.0.2.4:4647'] },
    })
  })

  it('runs work by exec, by docker where that is, and as root for those who write it alone', () => {
    const driversOf = (written: object, roles = ['nomad-client']) =>
      configOf({ ...written }, { roles })['client']?.['options']
    expect(driversOf({})).toEqual({ 'driver.allowlist': 'exec' })
    expect(driversOf({}, ['nomad-client', 'docker'])).toEqual({ 'driver.allowlist': 'docker,exec' })
    expect(configOf({})['plugin']).not.toHaveProperty('raw_exec')
    expect(configOf({ drivers: ['raw_exec'] })['plugin']).toEqual({ raw_exec: { config: { enabled: true } } })
  })

  it('keeps a part of the board for the system', () => {
    expect([512, 1024, 4096, 16_384].map((size) => reservedMebibytes(size * 1024 ** 2))).toEqual([
      256, 256, 1024, 1024,
    ])
  })

  it('shows programs in a root of their own little of the node, and nothing of what other roles keep in /etc', () => {
    const shownOf = (written: object, model?: ModelId) =>
      Object.keys(
        configOf({ ...written }, model === undefined ? {} : { model })['client']?.['chroot_env'] ?? {},
      )
    const shown = shownOf({ chroot: ['/usr/lib/python3'] })
    for (const path of ['/etc', '/usr', '/lib', '/usr/lib']) expect(shown).not.toContain(path)
    expect(shown).toContain('/etc/ssl/certs')
    expect(shown).toContain('/usr/lib/aarch64-linux-gnu')
    expect(shown).toContain('/usr/lib/python3')
    expect(shownOf({}, 'pc')).toContain('/lib64')
  })

  it('ends its work by itself when it leaves: there may be no server that could', () => {
    const context = clusterWith({}, {})
    const resources = nomadClient.resources({
      ...context,
      secrets: secretsFixture(),
      release: releaseFixture,
      file: fileFixture,
    })
    const last = resources.at(-1)
    expect([last?.kind, last?.needs]).toEqual(['farewell', ['service:nomad-client.service']])
  })

  it('stays in its folder: what runs knows of no other', () => {
    const [folder] = nomadClient.settled?.({ ...clusterWith({}, {}), file: fileFixture }) ?? []
    expect(folder).toMatchObject({ value: '/var/lib/nomad-client' })
  })

  it('is refused where there is no Nomad, no server, or no Docker for work in containers', () => {
    expect(codesOf({})).toEqual([])
    expect(codesOf({}, { model: 'zero-w' })).toEqual(['NOMAD_BOARD_32_BIT'])
    expect(codesOf({ drivers: ['docker'] })).toEqual(['NOMAD_DRIVER_WITHOUT_DOCKER'])
    const alone = clusterFixture({ nodes: [{ roles: ['nomad-client'] }] })
    const options = nomadClient.options.parse({})
    const found = nomadClient.findings?.({ options, cluster: alone, nodes: alone.nodes, file: fileFixture })
    expect(found?.map(({ diagnostic }) => diagnostic.code)).toEqual(['NOMAD_CLIENT_WITHOUT_SERVER'])
  })
})
