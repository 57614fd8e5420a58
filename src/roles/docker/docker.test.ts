/** The role `docker`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import { clusterFixture, releaseFixture, secretsFixture } from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import type { NodeFixture } from '../../../test/contract/cluster-fixture.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import type { Role } from '../role.ts'
import docker from './docker.ts'

describeRole({
  role: docker as unknown as Role<never>,
  samples: {
    'everything said': {
      version: '26.1.*',
      hold: true,
      users: ['pi', 'ada'],
      log: { driver: 'journald' },
      address_pools: [{ base: '10.99.0.0/16', size: 26 }],
      live_restore: false,
      metrics: '127.0.0.1:9323',
      registry_mirrors: ['https://mirror.office.example.net'],
      insecure_registries: ['192.0.2.9:5000'],
      cleanup: { every: 'daily', unused_for: '24h' },
      settings: { 'userland-proxy': false },
    },
    'no clean-up': { cleanup: 'off' },
  },
})

/** The resources of the first node. */
function made(
  written: object,
  node: Partial<NodeFixture> = {},
  others: Readonly<Record<string, unknown>> = {},
) {
  const options = docker.options.parse(written)
  const cluster = clusterFixture({
    nodes: [{ roles: ['docker', ...Object.keys(others)], ...node }],
    options: { docker: options, ...others },
  })
  const [first] = cluster.nodes
  if (first === undefined) throw new Error('no node')
  const given = { options, node: first, cluster, secrets: secretsFixture(), release: releaseFixture }
  return { resources: docker.resources(given), findings: docker.findings?.({ options, cluster }) ?? [] }
}

function daemonOf(resources: readonly Resource[]): Record<string, unknown> {
  const bytes = resources.find(({ name }) => name === '/etc/docker/daemon.json')?.contents[0]?.bytes
  return JSON.parse(bytes && !('path' in bytes) ? Buffer.from(bytes).toString() : '{}') as Record<
    string,
    unknown
  >
}

describe('docker', () => {
  it('ends logs and keeps containers over a restart where nothing is said', () => {
    expect(daemonOf(made({}).resources)).toEqual({
      'default-address-pools': [{ base: '10.210.0.0/16', size: 24 }],
      'live-restore': true,
      'log-driver': 'local',
      'log-opts': { 'max-size': '5m', 'max-file': '3' },
    })
  })

  it('has live restore off in a swarm', () => {
    const { resources } = made({}, { roles: ['docker', 'swarm-worker'] })
    expect(daemonOf(resources)['live-restore']).toBe(false)
  })

  it.each([
    ['a node', { address: '10.210.3.4' }, {}, '10.220.0.0/16'],
    ['another role', {}, { mesh: { network: '10.208.0.0/12' } }, '172.28.0.0/16'],
  ])('takes a pool that does not collide with %s', (_, node, others, base) => {
    expect(daemonOf(made({}, node, others).resources)['default-address-pools']).toEqual([{ base, size: 24 }])
  })

  it('has the memory controller switched on and checks that the kernel was started so, on a Raspberry Pi alone', () => {
    const words = (model: 'pi4' | 'pc') =>
      made({}, { model })
        .resources.map(addressOf)
        .filter((address) => /^(boot-command-line|reboot):/.test(address))
    expect(words('pi4')).toEqual([
      'boot-command-line:cgroup_memory=1',
      'boot-command-line:cgroup_enable=memory',
      'reboot:container-memory',
    ])
    expect(words('pc')).toEqual([])
  })

  it('lets dockerd check its settings where it can', () => {
    const row = (release: string) =>
      made({}, { facts: { os_release: release } }).resources.find(
        ({ name }) => name === '/etc/docker/daemon.json',
      )?.row
    expect(row('trixie')).toContain('--validate')
    expect(row('bookworm')).not.toContain('--validate')
  })
})
