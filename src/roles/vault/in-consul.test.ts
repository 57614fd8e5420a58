/** The role `vault` with its data in Consul: what a node gets, what it may do there, and what is refused before. */
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  fileFixture,
  releaseFixture,
  secretsFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { serverOptions } from '../../engines/consul/options.ts'
import { consulRights, rightPolicy } from '../../engines/consul/token-users.ts'
import { aclRulesMistake } from '../../engines/consul/acl-rules.ts'
import type { Resource } from '../../resources/kind.ts'
import { networkOf } from '../../engines/vault/setup.ts'
import { settledValues } from './settled.ts'
import vault from './vault.ts'

function placed(written: Record<string, unknown>, beside: readonly (readonly string[])[]) {
  const options = vault.options.parse(written)
  const cluster = clusterFixture({
    nodes: beside.map((roles) => ({ roles: ['vault', ...roles] })),
    options: { vault: options, 'consul-server': serverOptions.parse({}), 'consul-client': {} },
  })
  return { options, cluster }
}

const SERVER = ['consul-server']
const CLIENT = ['consul-client']

function resourcesOf(written: Record<string, unknown>): readonly Resource[] {
  const { options, cluster } = placed(written, [SERVER, SERVER, CLIENT])
  const [node] = cluster.nodes
  if (node === undefined) throw new Error('no node')
  const secrets = secretsFixture()
  return vault.resources({ options, node, cluster, secrets, release: releaseFixture, file: fileFixture })
}

function textOf(resources: readonly Resource[], path: string): string {
  const bytes = resources.find(({ kind, name }) => kind === 'file' && name === path)?.contents[0]?.bytes
  return bytes !== undefined && !('path' in bytes) ? Buffer.from(bytes).toString() : ''
}

function codesOf(written: Record<string, unknown>, beside: readonly (readonly string[])[]) {
  const { options, cluster } = placed(written, beside)
  const found = vault.findings?.({ options, cluster, nodes: cluster.nodes, file: fileFixture }) ?? []
  return found.map(({ diagnostic, node }) => [diagnostic.code, node])
}

describe('a server whose data lie in Consul', () => {
  const resources = resourcesOf({ storage: 'consul' })
  const token = textOf(resources, '/etc/vault/consul.token')

  it('asks the agent of its node over TLS, and has its token in a file of its own alone', () => {
    const config = textOf(resources, '/etc/vault/server.json')
    expect((JSON.parse(config) as { storage: unknown }).storage).toEqual({
      consul: {
        address: 'localhost:8501',
        scheme: 'https',
        path: 'vault/',
        tls_ca_file: '/etc/vault/consul-ca.pem',
      },
    })
    expect(token).not.toBe('')
    const others = resources.filter(({ name }) => name !== '/etc/vault/consul.token')
    expect(JSON.stringify(others)).not.toContain(token)
    const unit = textOf(resources, '/etc/systemd/system/vault.service')
    expect(unit).toContain('\nEnvironment=CONSUL_HTTP_TOKEN_FILE=/etc/vault/consul.token\n')
    expect(unit).toMatch(/^After=.* consul\.service time-sync\.target$/m)
  })

  it('is restarted for another token, and keeps the folder of a consensus that it may have had before', () => {
    const service = resources.find(({ kind, name }) => kind === 'service' && name === 'vault.service')
    expect(service?.inputs[0]).toContain('file:/etc/vault/consul.token')
    expect(resources.map(({ name }) => name)).toContain('/var/lib/vault/raft')
  })

  it('leaves all as it was where the data lie in raft', () => {
    const raft = resourcesOf({})
    expect(raft.map(({ name }) => name).filter((name) => name.includes('consul'))).toEqual([])
    expect(textOf(raft, '/etc/systemd/system/vault.service')).not.toContain('consul')
  })

  it('may write its data, its service and its session, and read the agent of its node: nothing else', () => {
    const { cluster } = placed({ storage: 'consul', consul_path: 'safe/one/' }, [SERVER, CLIENT])
    const [first] = consulRights(cluster)
    if (first === undefined) throw new Error('no right')
    const { name, rules } = rightPolicy(first)
    expect([name, rules.trim().split('\n')]).toEqual([
      'bramble-vault-node-1',
      [
        'key_prefix "safe/one/" { policy = "write" }',
        'service "vault" { policy = "write" }',
        'session "node-1" { policy = "write" }',
        'agent "node-1" { policy = "read" }',
      ],
    ])
    expect(aclRulesMistake(rules)).toBeUndefined()
    expect(consulRights(placed({}, [SERVER, CLIENT]).cluster)).toEqual([])
  })
})

describe('before any node is touched', () => {
  it('a node without an agent is refused, and two servers are not: each of them is enough', () => {
    expect(codesOf({ storage: 'consul' }, [SERVER, []])).toEqual([['VAULT_WITHOUT_CONSUL', 'node-2']])
    expect(codesOf({ storage: 'consul' }, [SERVER, CLIENT])).toEqual([])
    expect(codesOf({}, [SERVER, CLIENT]).map(([code]) => code)).toEqual(['VAULT_SERVERS_EVEN'])
  })

  it.each(['vault', '/vault/', '../vault/', 'bramble/vault/', 'a b/'])(
    'a path such as %s is refused',
    (path) => {
      expect(vault.options.safeParse({ storage: 'consul', consul_path: path }).success).toBe(false)
    },
  )

  it('another place for the data of a living Vault says how they are moved', () => {
    const keep = (written: Record<string, unknown>, before: string): string => {
      const { options, cluster } = placed(written, [SERVER])
      const [data] = settledValues(options, networkOf(cluster, options))
      return data?.keep(before) ?? ''
    }
    const inConsul = "in Consul's store below vault/"
    expect(keep({ storage: 'consul' }, '/var/lib/vault')).toBe(
      'type  bramble vault migrate --to consul  to move them, or write  storage: raft  and  data_dir: /var/lib/vault  under vault to leave them there',
    )
    expect(keep({}, inConsul)).toContain('bramble vault migrate --to raft')
    expect(keep({ storage: 'consul' }, 'being moved from the files in /opt/vault')).toBe(
      'type  bramble vault migrate --to consul --from file:/opt/vault  to end that',
    )
    expect(keep({ data_dir: '/srv/vault' }, '/var/lib/vault')).toBe(
      'write  data_dir: /var/lib/vault  under vault',
    )
    expect(keep({ storage: 'consul', consul_path: 'a/' }, inConsul)).toBe(
      'write  consul_path: vault/  under vault',
    )
  })
})
