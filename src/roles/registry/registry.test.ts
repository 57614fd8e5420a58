/** The role `registry`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  fileFixture,
  releaseFixture,
  secretsFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import type { Role } from '../role.ts'
import docker from '../docker/docker.ts'
import registry from './registry.ts'

const ON_DISK = { folder: '/srv/data-1/images', disk: '/srv/data-1' }

describeRole({
  role: registry as unknown as Role<never>,
  required: {},
  samples: {
    'a disk, more names and metrics': { ...ON_DISK, names: ['images.example.net'], metrics: 5001, port: 443 },
    'nothing cleaned, everybody let in': { cleanup: 'off', clients: 'everyone' },
  },
})

function world(written: object = {}) {
  const options = registry.options.parse(written)
  const cluster = clusterFixture({
    nodes: [
      { name: 'nas', roles: ['registry'] },
      { name: 'ant', roles: ['docker'] },
    ],
    options: { registry: options, docker: docker.options.parse({}) },
  })
  return { options, cluster, node: cluster.nodes[0] as (typeof cluster.nodes)[0] }
}

describe('registry', () => {
  it('is learned by the engines of other nodes from what it provides', () => {
    const { cluster } = world({ port: 5555 })
    const [, ant] = cluster.nodes
    if (!ant) throw new Error('no node')
    const made = docker.resources({
      options: docker.options.parse({}),
      node: ant,
      cluster,
      secrets: secretsFixture(),
      release: releaseFixture,
      file: fileFixture,
    })
    const places = ['nas.office.example.net', 'nas', '192.0.2.1'].map(
      (host) => `/etc/docker/certs.d/${host}:5555`,
    )
    expect(made.map(({ name }) => name).filter((name) => name.includes('certs.d/'))).toEqual(
      places.flatMap((place) => [
        place,
        ...['ca.crt', 'client.cert', 'client.key'].map((name) => `${place}/${name}`),
      ]),
    )
    expect(
      docker
        .secrets?.({ options: docker.options.parse({}), node: ant, cluster })
        .map(({ name, from }) => [name, from]),
    ).toEqual([['registry/ca/client/ant', 'registry/ca']])
  })

  it('is open to the cluster alone, and its metrics to who watches', () => {
    const { options, node, cluster } = world({ metrics: 5001 })
    expect(
      registry.provides?.({ options, node, cluster }).map(({ ports, to }) => [ports[0]?.port, to]),
    ).toEqual([
      [5000, 'cluster'],
      [5001, 'watchers'],
    ])
  })

  it('has its images below the disk that it waits for', () => {
    const codes = (written: object) => {
      const { options, cluster } = world(written)
      const given = { options, cluster, nodes: cluster.find('registry'), file: fileFixture }
      return registry.findings?.(given).map(({ diagnostic }) => diagnostic.code)
    }
    expect(codes(ON_DISK)).toEqual([])
    expect(codes({ ...ON_DISK, folder: '/srv/data-10/images' })).toEqual(['REGISTRY_FOLDER_NOT_ON_DISK'])
    expect(codes({ folder: '/srv/data', disk: '/srv/data' })).toEqual(['REGISTRY_FOLDER_NOT_ON_DISK'])
  })
})
