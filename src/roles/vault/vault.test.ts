/** The role `vault`, held to the contract of roles, and what is its own. */
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
import vault from './vault.ts'

describeRole({
  role: vault as unknown as Role<never>,
  refuses: ['pi1', 'pi2', 'zero', 'zero-w', 'zero-2-w', 'cm1', 'cm0'],
  samples: {
    'everything that can be asked for': {
      version: '1.21.0',
      unmaintained: 'accepted',
      data_dir: '/srv/vault',
      shares: 7,
      threshold: 4,
      generation: 2,
      api: 'everyone',
      ui: true,
      raft_multiplier: 2,
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
  const options = vault.options.parse(written)
  const watcher = { name: 'watcher', roles: ['prometheus'] }
  const cluster = clusterFixture({
    nodes: [...nodes.map((node) => ({ ...node, roles: ['vault'] })), ...(watched ? [watcher] : [])],
    options: { vault: options },
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
  return vault.resources({
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

function configOf(...given: Parameters<typeof resourcesOf>): Record<string, unknown> {
  return JSON.parse(textOf(resourcesOf(...given), '/etc/vault/server.json')) as Record<string, unknown>
}

function codesOf(nodes: readonly Partial<NodeFixture>[], written: Record<string, unknown> = {}) {
  const { options, cluster } = clusterWith(written, nodes)
  const found = vault.findings?.({ options, cluster, nodes: cluster.nodes, file: fileFixture })
  return (found ?? []).map(({ diagnostic }) => diagnostic.code)
}

describe('a Vault server', () => {
  it('is told of no other server: one that is added changes nobody', () => {
    const one = resourcesOf({}, [{ name: 'ant' }])
    const three = resourcesOf({}, [{ name: 'ant' }, { name: 'bee' }, { name: 'cow' }])
    expect(textOf(three, '/etc/vault/server.json')).toBe(textOf(one, '/etc/vault/server.json'))
  })

  it('listens with TLS on its own address and on the loopback, and asks nobody for a certificate', () => {
    const listeners = configOf({})['listener'] as { tcp: Record<string, unknown> }[]
    expect(listeners.map(({ tcp }) => tcp['address'])).toEqual(['127.0.0.1:8200', '192.0.2.1:8200'])
    for (const { tcp } of listeners)
      expect(tcp).toMatchObject({ tls_min_version: 'tls12', tls_disable_client_certs: true })
  })

  it('gives its metrics without a token only where somebody watches', () => {
    const open = (watched: boolean) =>
      JSON.stringify(configOf({}, [{}, {}, {}], watched)).includes('unauthenticated_metrics_access')
    expect([open(false), open(true)]).toEqual([false, true])
  })

  it('holds no key: what opens it is nowhere in what a node gets', () => {
    const texts = resourcesOf({}).flatMap(({ contents }) =>
      contents.flatMap(({ bytes }) => ('path' in bytes ? [] : [Buffer.from(bytes).toString()])),
    )
    expect(texts.filter((text) => text.includes('offer-'))).toEqual([])
  })

  it('leaves no memory on a disk, and gets half of that of its board', () => {
    const text = textOf(resourcesOf({}, [{ model: 'pi3' }]), '/etc/systemd/system/vault.service')
    for (const line of ['MemorySwapMax=0', 'LimitCORE=0', 'MemoryMax=512M', 'User=vault'])
      expect(text).toContain(`\n${line}\n`)
  })

  it('is read anew, and not restarted, for another certificate: a restart would seal it', () => {
    const [reloads] = resourcesOf({})
      .filter(({ kind }) => kind === 'service')
      .map(({ inputs }) => inputs)
    expect(reloads?.[0]?.some((address) => address.endsWith('.pem'))).toBe(false)
    expect(reloads?.[1]?.filter((address) => address.endsWith('.pem'))).toHaveLength(3)
  })

  it('keeps the keys of earlier Vaults among the secrets', () => {
    const { options, cluster } = clusterWith({ generation: 2, shares: 2, threshold: 2 }, [{}])
    const [node] = cluster.nodes
    if (node === undefined) throw new Error('no node')
    const wished = vault.secrets?.({ options, node, cluster }).map(({ name }) => name)
    expect(wished).toEqual(
      expect.arrayContaining(['vault/1/share-1', 'vault/1/share-2', 'vault/1/root-token']),
    )
    expect(vault.offers?.({ options, cluster, nodes: cluster.nodes }).map(({ name }) => name)).toEqual([
      'vault/2/share-1',
      'vault/2/share-2',
      'vault/2/root-token',
    ])
  })

  it('gives its ports to those who are to have them', () => {
    const { options, cluster } = clusterWith({}, [{}, {}, {}], true)
    const [node] = cluster.nodes
    if (node === undefined) throw new Error('no node')
    const given = vault.provides?.({ options, node, cluster }) ?? []
    expect(given.map(({ name, to }) => [name, to])).toEqual([
      ['vault-server', { roles: ['vault'] }],
      ['vault', 'cluster'],
      ['vault-metrics', 'watchers'],
    ])
  })
})

describe('before any node is touched', () => {
  it('boards without 64 bits, small ones, even numbers and shares that open nothing are refused', () => {
    expect(codesOf([{}, {}, {}])).toEqual([])
    expect(codesOf([{}, {}])).toEqual(['VAULT_SERVERS_EVEN'])
    expect(codesOf([{}])).toEqual(['VAULT_SERVERS_SINGLE'])
    expect(codesOf([{}, {}, { model: 'zero-w' }])).toEqual(['VAULT_BOARD_32_BIT', 'VAULT_BOARD_TOO_SMALL'])
    expect(codesOf([{}, {}, {}], { shares: 2 })).toEqual(['VAULT_SHARES_TOO_FEW'])
    expect(codesOf([{}, {}, {}], { threshold: 1 })).toEqual(['VAULT_THRESHOLD_OF_ONE'])
  })
})
