/** The role `consul-server`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import { clusterFixture, releaseFixture, secretsFixture } from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import type { Role } from '../role.ts'
import type { ClusterService } from '../../topology/service.ts'
import consulServer from './consul-server.ts'

const doorbell: ClusterService = {
  name: 'doorbell',
  port: 8080,
  tags: ['hall'],
  meta: { floor: '1' },
  checks: [{ http: ':8080/health', interval: '10s', timeout: '5s' }],
}

describeRole({
  role: consulServer as unknown as Role<never>,
  refuses: ['pi1', 'zero', 'zero-w', 'zero-2-w', 'cm1', 'cm0'],
  samples: {
    'the package of Debian': { source: 'package' },
    'everything that can be asked for': {
      version: '1.12.0',
      datacenter: 'home',
      data_dir: '/srv/consul',
      ui: ['node-1'],
      raft_multiplier: 2,
      wan: true,
      anonymous: '',
      policies: { app: { rules: 'key_prefix "app/" { policy = "read" }' } },
      tokens: { deploy: { policies: 'app' } },
      kv: { 'app/colour': 'blue', 'app/size': 3, 'app/password': { secret: 'app' } },
      interface: 'wgoverlay',
      recursors: '127.0.0.1:5353',
      log_level: 'debug',
      settings: { limits: { http_max_conns_per_client: 100 } },
    },
  },
  cluster: { services: { 'node-1': [doorbell] } },
})

function resourcesOf(
  written: Record<string, unknown>,
  facts: Record<string, string> = {},
): readonly Resource[] {
  const options = consulServer.options.parse(written)
  const cluster = clusterFixture({
    nodes: [1, 2, 3].map(() => ({ roles: ['consul-server'], facts })),
    options: { 'consul-server': options },
    services: { 'node-1': [doorbell] },
  })
  const [node] = cluster.nodes
  if (node === undefined) throw new Error('no node')
  return consulServer.resources({
    options,
    node,
    cluster,
    secrets: secretsFixture(),
    release: releaseFixture,
  })
}

function textOf(resources: readonly Resource[], path: string): string {
  const found = resources.find(({ kind, name }) => kind === 'file' && name === path)
  const bytes = found?.contents[0]?.bytes
  return bytes !== undefined && !('path' in bytes) ? Buffer.from(bytes).toString() : ''
}

describe('a consul server', () => {
  it('restarts for its program, its unit and its configuration, and reloads for services, certificates and tokens', () => {
    const resources = resourcesOf({})
    const [restartOn, reloadOn] = resources.find(({ kind }) => kind === 'service')?.inputs ?? []
    expect(restartOn).toEqual([
      'file:/usr/local/bin/consul',
      'file:/etc/systemd/system/consul.service',
      'file:/etc/consul.d/consul.json',
    ])
    expect(reloadOn).toEqual([
      'file:/etc/consul.d/tls/ca.pem',
      'file:/etc/consul.d/tls/agent.pem',
      'file:/etc/consul.d/tls/agent-key.pem',
      'file:/var/lib/consul/acl-tokens.json',
      'file:/etc/consul.d/service-doorbell.json',
    ])
  })

  it('is not restarted when the gossip keys are exchanged: the members do that while they run', () => {
    const inputs = resourcesOf({}).flatMap((resource) => resource.inputs.flat())
    expect(inputs.filter((address) => address.includes('keyring'))).toEqual([])
  })

  it('checks its configuration with an address that every node has when a VPN may not be up yet', () => {
    const resources = resourcesOf({ interface: 'wgoverlay' })
    expect(textOf(resources, '/etc/consul.d/consul.json')).toContain('{{ GetInterfaceIP \\"wgoverlay\\" }}')
    const row = resources.find(({ name }) => name === '/etc/consul.d/consul.json')?.row ?? []
    expect(row.slice(-5)).toEqual([
      '/usr/local/bin/consul',
      'validate',
      '-config-format=json',
      '{}',
      '/etc/consul.d/validate/loopback.json',
    ])
  })

  it('takes the package from bullseye and nothing else from there', () => {
    const resources = resourcesOf(
      { source: 'package' },
      { os_release: 'trixie', apt_archive: 'http://mirror.example.net/debian' },
    )
    expect(resources.map(addressOf)).toContain('package:consul')
    expect(textOf(resources, '/etc/apt/preferences.d/bramble-consul')).toMatch(
      /^Package: \*\nPin: .*\nPin-Priority: -1\n/,
    )
  })

  it('adds no source on a system that is bullseye itself', () => {
    const resources = resourcesOf(
      { source: 'package' },
      { os_release: 'bullseye', apt_archive: 'http://mirror.example.net/debian' },
    )
    expect(resources.filter(({ name }) => name.startsWith('/etc/apt/'))).toEqual([])
  })
})
