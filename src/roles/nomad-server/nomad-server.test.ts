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
import { contentOf, type Resource } from '../../resources/kind.ts'
import type { Role } from '../role.ts'
import backupRole from '../backup/backup.ts'
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
      jobs: ['jobs/web.nomad.hcl', { file: 'jobs/clock.hcl', take_over: true, secret: true }],
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

  it('makes tokens by which Consul knows work, where a client has an agent of it', () => {
    const consulOf = (...roles: string[]) => {
      const options = nomadServer.options.parse({})
      const cluster = clusterFixture({
        nodes: [{ roles: ['nomad-server', ...roles] }],
        options: { 'nomad-server': options },
      })
      const [node] = cluster.nodes
      if (node === undefined) throw new Error('no node')
      const given = {
        options,
        node,
        cluster,
        secrets: secretsFixture(),
        release: releaseFixture,
        file: fileFixture,
      }
      const text = textOf(nomadServer.resources(given), '/etc/nomad-server/server.json')
      return (JSON.parse(text) as { consul: unknown }).consul
    }
    const alone = { auto_advertise: false, server_auto_join: false, client_auto_join: false }
    const identity = { aud: ['consul.io'], ttl: '1h' }
    expect(consulOf('nomad-client')).toEqual(alone)
    expect(consulOf('consul-server')).toEqual(alone)
    expect(consulOf('consul-server', 'nomad-client')).toEqual({
      ...alone,
      service_identity: identity,
      task_identity: identity,
    })
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

  it('saves snapshots where somebody keeps its backups, and Nomad has a right for that alone', () => {
    const madeBy = (version: string) => {
      const { options, cluster } = clusterWith({ version }, [{}])
      const [node] = cluster.nodes
      if (node === undefined) throw new Error('no node')
      return nomadServer.provides?.({ options, node, cluster }).flatMap(({ backup }) => backup?.made ?? [])
    }
    expect(madeBy('1.11.3')?.map(({ name, of }) => [name, of])).toEqual([['nomad.snapshot', 'cluster']])
    expect(madeBy('1.11.2')).toEqual([])
    const tokensOf = (roles: readonly string[]) => {
      const options = nomadServer.options.parse({})
      const keeping = backupRole.options.parse({ to: { folder: '/srv/backup' } })
      const cluster = clusterFixture({
        nodes: [{ roles }],
        options: { 'nomad-server': options, backup: keeping },
      })
      const [node] = cluster.nodes
      if (node === undefined) throw new Error('no node')
      const given = {
        options,
        node,
        cluster,
        secrets: secretsFixture(),
        release: releaseFixture,
        file: fileFixture,
      }
      return nomadServer
        .resources(given)
        .filter(({ name }) => name === '/etc/nomad-server/snapshot.token')
        .map(({ row }) => row.includes('600'))
    }
    expect(tokensOf(['nomad-server'])).toEqual([])
    expect(tokensOf(['nomad-server', 'backup'])).toEqual([true])
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

  it.each([
    ['{ "ID": "web" ', 'NOMAD_JOB_UNREADABLE', 'jobs/web.json is no JSON: it ends too early'],
    ['[]', 'NOMAD_JOB_UNREADABLE', 'jobs/web.json holds no job: it has no "ID"'],
    [
      '{ "ID": "web", "Region": "attic" }',
      'NOMAD_JOB_ELSEWHERE',
      'jobs/web.json wants the region attic; the servers are those of the region global',
    ],
    ['{ "Job": { "ID": "web", "Count": 3 } }', undefined, undefined],
  ])('the job %s is looked at', (text, code, summary) => {
    const { options, cluster } = clusterWith({ jobs: ['jobs/web.json'] }, [{}, {}, {}])
    const found = nomadServer.findings?.({
      options,
      cluster,
      nodes: cluster.nodes,
      file: () => contentOf(text),
    })
    expect(found?.map(({ diagnostic }) => [diagnostic.code, diagnostic.summary])).toEqual(
      code === undefined ? [] : [[code, summary]],
    )
  })

  it('a job in HCL is text, and no job stands in two files', () => {
    const { options, cluster } = clusterWith({ jobs: ['a.hcl', 'b.hcl', 'c.hcl'] }, [{}, {}, {}])
    const texts: Readonly<Record<string, string | Uint8Array>> = {
      'a.hcl': 'job "web" {}',
      'b.hcl': Buffer.from([0x6a, 0xe4, 0x20]),
      'c.hcl': '# one more\njob "web" {',
    }
    const found = nomadServer.findings?.({
      options,
      cluster,
      nodes: cluster.nodes,
      file: (path) => contentOf(texts[path] ?? ''),
    })
    expect(found?.map(({ diagnostic, place, option }) => [diagnostic.summary, place?.line, option])).toEqual([
      ['b.hcl is not UTF-8 text: byte 2 is 0xE4, which is ä in Windows-1252', 1, undefined],
      ['c.hcl holds the job web, and so does a.hcl', undefined, ['jobs', 2]],
    ])
  })
})
