/** What Consul is to hold for the work of an engine on the nodes of its agents. */
import { describe, expect, it } from 'vitest'
import { clusterFixture, fileFixture, secretsFixture } from '../../../test/contract/cluster-fixture.ts'
import { clientOptions as workOptions } from '../../engines/nomad/client-options.ts'
import { serverOptions as nomadOptions } from '../../engines/nomad/options.ts'
import consulServer from './consul-server.ts'
import { storeWishes } from './user-wishes.ts'

function wished(roles: readonly (readonly string[])[]) {
  const options = consulServer.options.parse({})
  const cluster = clusterFixture({
    nodes: roles.map((own) => ({ roles: own })),
    options: {
      'consul-server': options,
      'consul-client': {},
      'nomad-server': nomadOptions.parse({}),
      'nomad-client': workOptions.parse({}),
    },
  })
  const nodes = cluster.find('consul-server')
  const [node] = nodes
  if (node === undefined) throw new Error('no node')
  const secrets = secretsFixture()
  const { policies, tokens, logins } = storeWishes({ options, cluster, nodes, secrets, file: fileFixture })
  return {
    secrets: (consulServer.secrets?.({ options, node, cluster }) ?? []).map(({ name }) => name),
    policies: policies.map(({ name, rules }) => [name, rules] as const),
    tokens: tokens.map((token) => [token.name, token.policies] as const),
    logins,
  }
}

describe('work on the nodes of agents', () => {
  it('is registered by a token a client, and let in by who it is', () => {
    const all = ['consul-server', 'nomad-server', 'nomad-client']
    const { secrets, policies, tokens, logins } = wished([all, all, all])
    expect(secrets).toContain('nomad/consul/node-2')
    expect(policies).toContainEqual([
      'bramble-nomad-node-2',
      'agent "node-2" { policy = "read" }\nservice_prefix "" { policy = "write" }\n',
    ])
    expect(tokens).toContainEqual(['right/nomad-node-2', ['bramble-nomad-node-2']])
    expect(tokens).toHaveLength(3)
    expect(logins).toEqual([
      expect.objectContaining({
        name: 'nomad-workloads',
        keys: 'https://127.0.0.1:4646/.well-known/jwks.json',
        service: 'nomad_service',
        policies: ['bramble-catalog-reader'],
      }),
    ])
    expect(policies.map(([name]) => name)).toContain('bramble-catalog-reader')
  })

  it('is asked for at the clients where servers of Consul have no server of Nomad beside them', () => {
    const { logins } = wished([['consul-server', 'nomad-client'], ['nomad-server']])
    expect(logins.map(({ keys }) => keys)).toEqual(['https://127.0.0.1:4656/.well-known/jwks.json'])
  })

  it.each([
    ['no client has an agent', [['consul-server', 'nomad-server'], ['nomad-client']]],
    [
      'a server of Consul has nobody to ask',
      [['consul-server'], ['consul-client', 'nomad-server', 'nomad-client']],
    ],
    ['there is none', [['consul-server']]],
  ])('has no way in where %s', (_, roles) => {
    const { policies, tokens, logins } = wished(roles)
    expect([policies, tokens, logins]).toEqual([[], [], []])
  })
})
