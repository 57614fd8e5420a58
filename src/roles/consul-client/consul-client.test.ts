/** The role `consul-client`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  releaseFixture,
  fileFixture,
  secretsFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import type { Role } from '../role.ts'
import consulServer from '../consul-server/consul-server.ts'
import consulClient from './consul-client.ts'

describeRole({
  role: consulClient as unknown as Role<never>,
  beside: [{ role: consulServer as unknown as Role<never>, nodes: 3 }],
  samples: {
    'settings of its own': { cidr: '192.0.2.0/24', recursors: ['1.1.1.1'], log_level: 'warn', settings: {} },
  },
})

describe('a consul client', () => {
  it('takes from the servers what it does not say itself', () => {
    const servers = consulServer.options.parse({
      datacenter: 'home',
      version: '1.12.0',
      log_level: 'warn',
      interface: 'wgoverlay',
    })
    const options = consulClient.options.parse({ cidr: '192.0.2.0/24' })
    const cluster = clusterFixture({
      nodes: [{ roles: ['consul-server'] }, { roles: ['consul-client'] }],
      options: { 'consul-server': servers, 'consul-client': options },
    })
    const [, node] = cluster.nodes
    if (node === undefined) throw new Error('no node')
    const resources = consulClient.resources({
      options,
      node,
      cluster,
      secrets: secretsFixture(),
      release: releaseFixture,
      file: fileFixture,
    })
    const bytes = resources.find(({ name }) => name === '/etc/consul.d/consul.json')?.contents[0]?.bytes
    const config: unknown = JSON.parse(bytes && !('path' in bytes) ? Buffer.from(bytes).toString() : '{}')
    expect(config).toMatchObject({
      datacenter: 'home',
      log_level: 'WARN',
      bind_addr: '{{ GetAllInterfaces | include "network" "192.0.2.0/24" | attr "address" }}',
      retry_join: ['192.0.2.1'],
      tls: { internal_rpc: { verify_server_hostname: true } },
    })
    expect(config).not.toHaveProperty('server')
  })
})
