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
import { keptBy } from '../../wishes/secret-wish.ts'
import backupRole from '../backup/backup.ts'
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
      policies: { app: { rules: 'path "kv/data/app/*" { capabilities = ["read"] }' } },
      mounts: {
        kv: { type: 'kv', version: 2, description: 'what services need', listing_visibility: 'unauth' },
        'certificates/office': { type: 'pki', default_lease_ttl: '72h', max_lease_ttl: '8760h' },
        old: { remove: 'allowed' },
      },
      auth: { people: { type: 'userpass', token_type: 'batch' }, jwt: { remove: 'allowed' } },
      kv: { 'kv/app/database': { user: 'app', port: 5432, password: { secret: 'database' } } },
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
    const wishes = vault.secrets?.({ options, node, cluster }) ?? []
    expect(wishes.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['vault/1/share-1', 'vault/1/share-2', 'vault/1/root-token']),
    )
    // Also those of one that was split into more shares, and of a later one when a backup of the first has come back.
    const names = ['vault/1/share-5', 'vault/3/root-token', 'vault/value/1', 'vault/certificate/ant']
    expect(names.filter(keptBy(wishes.filter(({ keeps }) => keeps)))).toEqual(names.slice(0, 2))
    expect(vault.offers?.({ options, cluster, nodes: cluster.nodes }).map(({ name }) => name)).toEqual([
      'vault/2/share-1',
      'vault/2/share-2',
      'vault/2/root-token',
    ])
  })

  it('saves snapshots where somebody keeps its backups, with a token that lies there alone', () => {
    const { options } = clusterWith({ generation: 2, data_dir: '/srv/vault' }, [{}])
    const keeping = backupRole.options.parse({ to: { folder: '/srv/backup' } })
    const cluster = clusterFixture({
      nodes: [{ roles: ['vault', 'backup'] }, { roles: ['vault'] }],
      options: { vault: options, backup: keeping },
    })
    const given = cluster.nodes.map((node) => {
      const context = { options, node, cluster, secrets: secretsFixture() }
      const resources = vault.resources({ ...context, release: releaseFixture, file: fileFixture })
      return {
        token: resources.find(({ name }) => name === '/etc/vault/snapshot.token')?.row.includes('600'),
        wished: vault.secrets?.(context).some(({ name }) => name === 'vault/snapshot'),
        made: vault.provides?.(context).flatMap(({ backup }) => backup?.made ?? []),
      }
    })
    expect(given.map(({ token, wished }) => [token, wished])).toEqual([
      [true, true],
      [undefined, true],
    ])
    const [made] = given[0]?.made ?? []
    expect([made?.name, made?.of, made?.restoreToken]).toEqual([
      'vault.snapshot',
      'cluster',
      'vault/2/root-token',
    ])
    const addresses = cluster.nodes.map(({ address }) => `https://${address}:8200`).join(' ')
    expect(made?.restore.slice(4)).toEqual([addresses, 'vault.service', '/srv/vault/raft', 'restore', '{}'])
    const { cluster: without } = clusterWith({}, [{}])
    const [alone] = without.nodes
    if (alone === undefined) throw new Error('no node')
    const names = vault.secrets?.({ options, node: alone, cluster: without }).map(({ name }) => name)
    expect(names).not.toContain('vault/snapshot')
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

  it('an entry in what holds none, or is to go, is refused', () => {
    const found = (mounts: Record<string, unknown>) =>
      codesOf([{}, {}, {}], { mounts, kv: { 'kv/a': { n: 1 } } })
    expect(found({ kv: { type: 'kv' } })).toEqual([])
    // Somebody may have made the secrets engine by hand.
    expect(found({})).toEqual([])
    expect(found({ kv: { type: 'transit' } })).toEqual(['VAULT_ENTRY_WITHOUT_ENGINE'])
    expect(found({ kv: { remove: 'allowed' } })).toEqual(['VAULT_ENTRY_WITHOUT_ENGINE'])
    expect(found({ kv: { type: 'transit' }, 'kv/a': { type: 'kv' } })).toEqual(['VAULT_ENTRY_WITHOUT_ENGINE'])
  })
})

describe('what Vault is to hold', () => {
  const RULES = 'path "kv/*" { capabilities = ["read"] }'

  it.each([
    [{ policies: { root: { rules: RULES } } }, 'is a policy of Vault itself'],
    [{ policies: { default: { rules: RULES } } }, 'is a policy of Vault itself'],
    [{ policies: { 'bramble-snapshot': { rules: RULES } } }, 'by which Bramble saves snapshots'],
    [{ policies: { App: { rules: RULES } } }, 'is no name of a policy'],
    [
      { policies: { app: { rules: 'path "kv/*" { capabilities = ["write"] }' } } },
      'has the capability "write"',
    ],
    [{ mounts: { sys: { type: 'kv' } } }, 'belongs to Vault itself'],
    [{ mounts: { bramble: { type: 'kv' } } }, 'belongs to Bramble'],
    [{ mounts: { 'kv/': { type: 'kv' } } }, 'is no path'],
    [{ mounts: { kv: { type: 'kv-v2' } } }, 'is another word for kv'],
    [{ mounts: { keys: { type: 'transit', version: 2 } } }, 'has a version'],
    [{ mounts: { kv: { type: 'kv', max_lease_ttl: '500ms' } } }, 'is no whole second'],
    [{ auth: { token: { type: 'token' } } }, 'belongs to Vault itself'],
    [{ kv: { app: { n: 1 } } }, 'has no secrets engine in front'],
    [{ kv: { 'kv/../a': { n: 1 } } }, 'is no path'],
    [{ kv: { 'bramble/owned': { n: 1 } } }, 'belongs to Bramble'],
    [{ kv: { 'kv/a': {} } }, 'has no field'],
  ])('is looked at before Vault is asked: %j', (written, problem) => {
    const parsed = vault.options.safeParse(written)
    expect(JSON.stringify(parsed.error?.issues).replaceAll('\\"', '"')).toContain(problem)
  })

  it('wishes for the secrets that Bramble makes, once each', () => {
    const { options, cluster } = clusterWith(
      { kv: { 'kv/a': { p: { secret: 'one' }, q: 'plain' }, 'kv/b': { p: { secret: 'one' } } } },
      [{}],
    )
    const [node] = cluster.nodes
    if (node === undefined) throw new Error('no node')
    const wished = vault.secrets?.({ options, node, cluster }).map(({ name }) => name) ?? []
    expect(wished.filter((name) => name.startsWith('vault/value/'))).toEqual(['vault/value/one'])
  })
})
