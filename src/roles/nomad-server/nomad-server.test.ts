/** The role `nomad-server`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  fileFixture,
  releaseFixture,
  secretsFixture,
  type NodeFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import type { Resource } from '../../resources/kind.ts'
import type { Role } from '../role.ts'
import nomadServer from './nomad-server.ts'

describeRole({
  role: nomadServer as unknown as Role<never>,
  refuses: ['pi1', 'pi2', 'zero', 'zero-w', 'zero-2-w', 'cm1', 'cm0'],
  samples: {
    'everything that can be asked for': {
      version: '1.11.3',
      unmaintained: 'accepted',
      region: 'home',
      datacenter: 'attic',
      data_dir: '/srv/nomad',
      ui: true,
      raft_multiplier: 2,
      heartbeat_grace: '1m',
      old_state: 'set_aside',
      log_level: 'debug',
    },
  },
})

function clusterWith(
  written: Record<string, unknown>,
  nodes: readonly Partial<NodeFixture>[],
  watched = false,
) {
  const options = nomadServer.options.parse(written)
  const watcher = { name: 'watcher', roles: ['prometheus'] }
  const cluster = clusterFixture({
    nodes: [...nodes.map((node) => ({ ...node, roles: ['nomad-server'] })), ...(watched ? [watcher] : [])],
    options: { 'nomad-server': options },
  })
  return { options, cluster }
}

function resourcesOf(
  written: Record<string, unknown>,
  nodes: readonly Partial<NodeFixture>[] = [{}, {}, {}],
  watched = false,
): readonly Resource[] {
  const { options, cluster } = clusterWith(written, nodes, watched)
  const [node] = cluster.nodes
  if (node === undefined) throw new Error('no node')
  return nomadServer.resources({
    options,
    node,
    cluster,
    secrets: secretsFixture(),
    release: releaseFixture,
    file: fileFixture,
  })
}

function textOf(resources: readonly Resource[], path: string): string {
  const found = resources.find(({ kind, name }) => kind === 'file' && name === path)
  const bytes = found?.contents[0]?.bytes
  return bytes !== undefined && !('path' in bytes) ? Buffer.from(bytes).toString() : ''
}

function configOf(...given: Parameters<typeof resourcesOf>): Record<string, Record<string, unknown>> {
  return JSON.parse(textOf(resourcesOf(...given), '/etc/nomad-server/server.json')) as never
}

function codesOf(nodes: readonly Partial<NodeFixture>[]): readonly string[] {
  const { options, cluster } = clusterWith({}, nodes)
  const found = nomadServer.findings?.({
    options,
    cluster,
    nodes: cluster.nodes,
    file: fileFixture,
  })
  return (found ?? []).map(({ diagnostic }) => diagnostic.code)
}

describe('a Nomad server', () => {
  it('is told the addresses of the others, and never its own', () => {
    const { server = {} } = configOf({})
    expect(server).toMatchObject({
      bootstrap_expect: 3,
      server_join: { retry_join: ['192.0.2.2:4648', '192.0.2.3:4648'] },
    })
    expect(configOf({}, [{}])['server']).not.toHaveProperty('server_join')
  })

  it('asks for a token and for certificates, and shows its API to the node alone', () => {
    expect(configOf({})).toMatchObject({
      acl: { enabled: true },
      tls: { http: true, rpc: true, verify_server_hostname: true },
      addresses: { http: '127.0.0.1', rpc: '192.0.2.1' },
      ui: { enabled: false },
    })
  })

  it('shows its API over the network where somebody watches, or looks', () => {
    expect(configOf({}, [{}, {}, {}], true)['addresses']).toMatchObject({ http: '127.0.0.1 192.0.2.1' })
    expect(configOf({ ui: true })).toMatchObject({
      addresses: { http: '127.0.0.1 192.0.2.1' },
      ui: { enabled: true },
    })
  })

  it('tells 1.11 of its raft log what 2.0 has another word for', () => {
    expect(configOf({ version: '1.11.3' })['server']).toHaveProperty('raft_boltdb')
    expect(configOf({ version: '2.0.5' })['server']).not.toHaveProperty('raft_boltdb')
  })

  it('is patient with the slowest of its boards', () => {
    const nodes = [{ model: 'pi5' }, { model: 'pi4' }, { model: 'pi3' }] as const
    expect(configOf({}, nodes)['server']).toMatchObject({ raft_multiplier: 5 })
  })

  it('has its configuration checked by Nomad, and gets half of the memory of its board', () => {
    const resources = resourcesOf({}, [{ model: 'pi3' }])
    const row = resources.find(({ name }) => name === '/etc/nomad-server/server.json')?.row ?? []
    expect(row.slice(-4)).toEqual(['/usr/local/bin/nomad', 'config', 'validate', '{}'])
    expect(textOf(resources, '/etc/systemd/system/nomad-server.service')).toContain('MemoryMax=512M\n')
  })

  it('is not restarted when the gossip keys are exchanged: the servers do that while they run', () => {
    const inputs = resourcesOf({}).flatMap((resource) => resource.inputs.flat())
    expect(inputs.filter((address) => address.includes('keyring'))).toEqual([])
  })

  it('gives its ports to those who are to have them', () => {
    const { options, cluster } = clusterWith({ ui: true }, [{}, {}, {}], true)
    const [node] = cluster.nodes
    if (node === undefined) throw new Error('no node')
    const given = nomadServer.provides?.({ options, node, cluster }) ?? []
    expect(given.map(({ name, to }) => [name, to])).toEqual([
      ['nomad-server', { roles: ['nomad-server', 'nomad-client'] }],
      ['nomad-metrics', 'watchers'],
      ['nomad-ui', 'everyone'],
    ])
  })
})

describe('before any node is touched', () => {
  it('boards without 64 bits, small ones and even numbers are refused, a single server is told', () => {
    expect(codesOf([{}, {}, {}])).toEqual([])
    expect(codesOf([{}, {}])).toEqual(['NOMAD_SERVERS_EVEN'])
    expect(codesOf([{}])).toEqual(['NOMAD_SERVERS_SINGLE'])
    expect(codesOf([{}, {}, { model: 'zero-w' }])).toEqual([
      'NOMAD_BOARD_32_BIT',
      'NOMAD_SERVER_BOARD_TOO_SMALL',
    ])
    expect(codesOf([{}, {}, { model: 'zero-2-w' }])).toContain('NOMAD_SERVER_BOARD_TOO_SMALL')
  })
})
