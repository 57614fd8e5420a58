/** Where the services that Nomad runs are registered. */
import { expect, it } from 'vitest'
import { clusterFixture } from '../../../../test/contract/cluster-fixture.ts'
import type { ClusterService } from '../../../topology/service.ts'
import { serviceJobFiles } from './service-jobs.ts'

const WEB: ClusterService = {
  name: 'web',
  port: 8090,
  to: 'cluster',
  tags: [],
  meta: {},
  checks: [],
  run: {
    work: { binary: '/usr/local/bin/web' },
    args: [],
    env: {},
    memoryMebibytes: 64,
    count: 1,
    update: { parallel: 1, healthySeconds: 10, withinSeconds: 300 },
  },
}
const BOTH = ['consul-server', 'nomad-server']

/** The catalog of a service that two clients may run. */
function catalogOf(server: readonly string[], dog: readonly string[], eel: readonly string[]): string[] {
  const cluster = clusterFixture({
    nodes: [
      { name: 'ant', roles: [...server] },
      { name: 'dog', roles: [...dog] },
      { name: 'eel', roles: [...eel] },
    ],
    placed: [{ service: WEB, by: 'nomad', nodes: ['dog', 'eel'] }],
  })
  return serviceJobFiles(cluster, 'home').map(
    ({ text }) => /"Provider": "(\w+)"/.exec(text)?.[1] ?? 'nowhere',
  )
}

it('a service is in Consul where each client that may run it registers there', () => {
  const client = ['consul-client', 'nomad-client']
  expect(catalogOf(BOTH, client, client)).toEqual(['consul'])
  expect(catalogOf(BOTH, client, ['nomad-client'])).toEqual(['nomad'])
  expect(catalogOf(['nomad-server'], ['nomad-client'], ['nomad-client'])).toEqual(['nomad'])
})

it('nor is it where a server of Consul finds no keys of Nomad beside it', () => {
  expect(catalogOf(['consul-server'], ['consul-client', ...BOTH.slice(1), 'nomad-client'], [])).toEqual([
    'nomad',
  ])
})
