/** The role `apt-cache`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  fileFixture,
  releaseFixture,
  secretsFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import type { Resource } from '../../resources/kind.ts'
import type { Role } from '../role.ts'
import aptCache from './apt-cache.ts'

describeRole({
  role: aptCache as unknown as Role<never>,
  required: { server: 'node-1' },
  samples: {
    'tunnels and a second cache': { server: ['node-1', 'node-2'], tunnels: ['download.docker.com'] },
  },
})

function made(written: object, name: string, facts: Readonly<Record<string, string>> = {}) {
  const cluster = clusterFixture({
    nodes: [
      { name: 'nas', roles: ['apt-cache'], facts },
      { name: 'six', address: '2001:db8::6', roles: ['apt-cache'] },
      { name: 'ears', roles: ['apt-cache'] },
      { name: 'other', roles: [] },
    ],
  })
  const options = aptCache.options.parse(written)
  const node = cluster.nodes.find((one) => one.name === name) as (typeof cluster.nodes)[0]
  const given = {
    options,
    node,
    cluster,
    secrets: secretsFixture(),
    release: releaseFixture,
    file: fileFixture,
  }
  return {
    resources: aptCache.resources(given),
    findings: aptCache.findings?.({ options, cluster, nodes: cluster.nodes, file: fileFixture }) ?? [],
    provided: aptCache.provides?.(given) ?? [],
  }
}

function textOf(resources: readonly Resource[], path: string): string {
  const bytes = resources.find(({ name }) => name === path)?.contents[0]?.bytes
  return bytes === undefined || 'path' in bytes ? '' : Buffer.from(bytes).toString()
}

describe('apt-cache', () => {
  it('is asked at its address, in the order that is written, and asks itself', () => {
    const server = ['nas', 'six']
    expect(textOf(made({ server }, 'ears').resources, '/etc/apt/bramble-caches')).toBe(
      'http://192.0.2.1:3142\nhttp://[2001:db8::6]:3142\n',
    )
    expect(textOf(made({ server }, 'six').resources, '/etc/apt/bramble-caches')).toBe(
      'http://127.0.0.1:3142\n',
    )
  })

  it('is open to the cluster where it is, and nowhere else', () => {
    expect(made({ server: 'nas' }, 'nas').provided).toEqual([
      { name: 'apt-cache', ports: [{ port: 3142, protocol: 'tcp' }], to: 'cluster' },
    ])
    expect(made({ server: 'nas' }, 'ears').provided).toEqual([])
  })

  it('is in force before packages are fetched', () => {
    const { resources } = made({ server: 'nas' }, 'ears')
    expect(resources.map(({ stage }) => stage)).toEqual(resources.map(() => 15))
  })

  it('goes the way that its node goes, and lets through what is named', () => {
    const path = '/etc/apt-cacher-ng/acng.conf'
    const text = textOf(
      made({ server: 'nas' }, 'nas', { 'apt-cache.proxy': 'http://192.0.2.9:80' }).resources,
      path,
    )
    expect(text).toContain('\nProxy: http://192.0.2.9:80\n')
    expect(text).toContain('\nPassThroughPattern: ^$\n')
    const tunnels = ['download.docker.com']
    const { resources } = made({ server: 'nas', tunnels }, 'nas', { 'apt-cache.proxy': 'none' })
    expect(textOf(resources, path)).toContain('\nPassThroughPattern: ^(download\\.docker\\.com):443$\n')
    expect(textOf(resources, path)).not.toContain('\nProxy:')
  })

  it('is refused on a node that does not have the role', () => {
    const { findings } = made({ server: ['ear', 'other'] }, 'ears')
    expect(
      findings.map(({ diagnostic: { code, summary, fix }, option }) => [code, summary, fix, option]),
    ).toEqual([
      [
        'APT_CACHE_SERVER_WITHOUT_ROLE',
        'server names ear, which does not have the role apt-cache',
        'did you mean ears?',
        'server',
      ],
      [
        'APT_CACHE_SERVER_WITHOUT_ROLE',
        'server names other, which does not have the role apt-cache',
        'add other to  on',
        'server',
      ],
    ])
  })
})
