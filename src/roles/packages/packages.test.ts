/** The role `packages`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import {
  clusterFixture,
  fileFixture,
  releaseFixture,
  secretsFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { contentOf } from '../../resources/kind.ts'
import type { Role } from '../role.ts'
import packages from './packages.ts'

const source = {
  name: 'vendor',
  uri: 'https://apt.example.net/debian',
  suites: ['bookworm'],
  key: 'vendor.asc',
}

describeRole({
  role: packages as unknown as Role<never>,
  samples: {
    'packages of all sorts': {
      install: ['git', { name: 'tmux', version: '3.5*', hold: true }],
      absent: ['nano'],
    },
    'a source of its own': { install: ['vendored'], source },
  },
})

const ARMORED = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n-----END PGP PUBLIC KEY BLOCK-----\n'

function made(written: object, key: string | Uint8Array = ARMORED) {
  const cluster = clusterFixture({ nodes: [{ roles: ['packages'] }] })
  const options = packages.options.parse(written)
  const node = cluster.nodes[0] as (typeof cluster.nodes)[0]
  const file = (path: string) => (path === 'vendor.asc' ? contentOf(key) : fileFixture(path))
  const given = { options, node, cluster, secrets: secretsFixture(), release: releaseFixture, file }
  return {
    resources: packages.resources(given),
    findings: packages.findings?.({ options, cluster, nodes: cluster.nodes, file }) ?? [],
  }
}

describe('packages', () => {
  it('cannot be wanted and not wanted', () => {
    const { error } = packages.options.safeParse({ install: ['git', { name: 'tmux' }], absent: ['tmux'] })
    expect(error?.issues.map(({ path, message }) => [path, message])).toEqual([
      [['absent'], 'has tmux, which install has too'],
    ])
  })

  it.each([
    ['in ASCII armor', ARMORED, '/etc/apt/keyrings/bramble-vendor.asc'],
    ['as a keyring', Buffer.from([0x99, 1, 2]), '/etc/apt/keyrings/bramble-vendor.gpg'],
  ])('come from a source whose key is trusted for it alone, %s', (_, key, path) => {
    const { resources, findings } = made({ install: ['git'], source }, key)
    expect(findings).toEqual([])
    const keyring = resources.find(({ name }) => name === path)
    expect(keyring).toMatchObject({ stage: 15 })
    const list = resources.find(({ name }) => name.endsWith('.sources'))
    const bytes = list?.contents[0]?.bytes
    expect(bytes && !('path' in bytes) ? Buffer.from(bytes).toString() : '').toContain(`Signed-By: ${path}\n`)
    expect(list).toMatchObject({ stage: 15, needs: [`file:${path}`] })
  })

  it('come from no source whose key is none', () => {
    const { findings } = made({ source }, 'hello\n')
    expect(findings.map(({ diagnostic: { summary }, option }) => [summary, option])).toEqual([
      ['vendor.asc cannot be read: it is no public key of OpenPGP', ['source', 'key']],
    ])
  })
})
