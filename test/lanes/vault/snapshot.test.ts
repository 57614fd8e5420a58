/** What three servers of Vault hold, saved by `bramble backup` and taken back, also by a cluster that was made anew. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { recipeOf } from '../../engines/recipes.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import {
  activeServer,
  healths,
  holds,
  keys,
  lacksVault,
  raftIds,
  releases,
  SERVERS,
  vaultOn,
} from './vault-under-test.ts'

if (lacksVault !== undefined) console.log(`skipped: ${lacksVault}`)

/** So many entries are saved. */
const ENTRIES = 1000
const CLIENT = 'export VAULT_ADDR=https://localhost:8200 VAULT_CACERT=/etc/vault/ca.pem'

describe.skipIf(hasNoLab || lacksVault !== undefined)('snapshots of Vault', () => {
  const file = (isKept: boolean): string =>
    stringify({
      cluster: 'snapshot',
      domain: 'office.example.net',
      access: { user: 'pi' },
      releases,
      nodes: {
        ant: { address: '192.0.2.10', model: 'pi4', memory: '1GiB' },
        bee: { address: '192.0.2.11', model: 'pi4', memory: '1GiB' },
        cow: { address: '192.0.2.12', model: 'pi4', memory: '1GiB' },
      },
      roles: {
        base: { on: 'all' },
        packages: { on: 'all', install: ['curl'] },
        ...(isKept && { backup: { on: 'all', to: { folder: '/srv/backup' } } }),
        vault: {
          on: [...SERVERS],
          version: recipeOf('vault').version,
          mounts: { kv: { type: 'kv' } },
          kv: { 'kv/own': { password: { secret: 'own' } } },
        },
      },
    })
  const cluster = new ClusterUnderTest('snapshot', file(true))
  const name = cluster.id.cluster
  let texts: Readonly<Record<string, string>> = {}

  beforeAll(async () => {
    await cluster.labUp('--share-memory')
    await cluster.apply()
  })
  afterAll(() => cluster.remove())

  const client = async (...words: string[]) => vaultOn(cluster, await activeServer(cluster), ...words)
  /** Runs it in a shell on a node, with the root token. */
  async function onActive(script: string): Promise<string> {
    const token = texts['vault/1/root-token'] ?? ''
    const active = await activeServer(cluster)
    return cluster.output(
      active,
      'env',
      `VAULT_TOKEN=${token}`,
      'HOME=/root',
      'sh',
      '-c',
      `${CLIENT}; ${script}`,
    )
  }
  const numbered = async (): Promise<readonly string[]> =>
    JSON.parse(await client('kv', 'list', '-format=json', 'kv/many')) as string[]
  async function good(...words: string[]): Promise<void> {
    const { code, text, errors } = await cluster.bramble(...words)
    expect([words, code, code === 0 ? '' : text + errors]).toEqual([words, 0, ''])
  }
  /** All servers lose what they have, as with new cards. */
  async function loseAll(): Promise<void> {
    for (const node of SERVERS)
      await cluster.output(
        node,
        'sh',
        '-c',
        'systemctl stop vault; rm -r /var/lib/vault/raft/*; systemctl start vault',
      )
    await holds('none has begun', async () => (await healths(cluster)).every((code) => code === '501'))
  }
  async function isWhole(): Promise<void> {
    await cluster.apply()
    await cluster.well()
    expect((await healths(cluster)).toSorted()).toEqual(['200', '429', '429'])
    expect(await raftIds(cluster, 'ant')).toHaveLength(3)
    expect(await numbered()).toHaveLength(ENTRIES)
    expect(await client('read', '-field=text', `kv/many/${ENTRIES}`)).toBe(`saved-${ENTRIES}`)
    expect(await keys(cluster)).toEqual(texts)
    expect((await cluster.apply()).outcome).toBe('unchanged')
    await good('backup', 'now')
  }

  it('are saved through each server, by a token that one apply has made', async () => {
    texts = await keys(cluster)
    expect((await cluster.apply()).outcome).toBe('unchanged')
    await onActive(
      `i=0; while [ $i -lt ${ENTRIES} ]; do i=$((i + 1)); printf '{"text":"saved-%s"}' $i | vault write kv/many/$i - >/dev/null; done`,
    )
    await good('backup', 'now')
    const list = await cluster.bramble('backup', 'list')
    for (const node of SERVERS)
      expect(list.text).toMatch(new RegExp(`${node}.*vault\\.snapshot|vault\\.snapshot.*${node}`))
    expect(await cluster.text('ant', 'stat', '-c', '%a %U', '/etc/vault/snapshot.token')).toBe('600 root')
  })

  it('bring back what was there, to servers that serve', async () => {
    await onActive('vault delete kv/many/7 >/dev/null; vault write kv/since n=1 >/dev/null')
    await good('backup', 'restore', 'vault.snapshot', '--yes')
    expect(await client('read', '-field=text', 'kv/many/7')).toBe('saved-7')
    await expect(client('read', 'kv/since')).rejects.toThrow('No value found')
    await isWhole()
  })

  it('bring it back to servers that have nothing, whose keys are among the secrets', async () => {
    await loseAll()
    const { text, errors, code } = await cluster.bramble('apply', '--yes')
    expect([code, text + errors]).toEqual([
      1,
      expect.stringContaining('bramble backup restore vault.snapshot'),
    ])
    expect((await healths(cluster)).every((health) => health === '501')).toBe(true)
    expect((await cluster.bramble('status')).text).toContain('bramble backup restore vault.snapshot')
    await good('backup', 'restore', 'vault.snapshot', '--yes')
    await isWhole()
    for (const node of SERVERS)
      expect([
        node,
        await cluster.text(
          node,
          'sh',
          '-c',
          'ls /var/lib/vault /var/lib/vault/raft; ls -A /run/bramble/answers 2>/dev/null',
        ),
      ]).toEqual([node, expect.not.stringMatching(/for-a-snapshot|vault-/)])
  })

  it('come back also after a run that was cut off when a Vault had begun for them', async () => {
    await loseAll()
    const { backups } = JSON.parse((await cluster.bramble('--json', 'backup', 'list')).text) as {
      backups: { node: string; name: string }[]
    }
    const newest = backups.findLast((one) => one.name === 'vault.snapshot')?.node ?? ''
    // What such a run has done: nobody has these keys.
    const begun =
      'vault operator init -key-shares=1 -key-threshold=1 >/dev/null && touch /var/lib/vault/raft/begun-for-a-snapshot'
    await cluster.output(newest, 'env', 'HOME=/root', 'sh', '-c', `${CLIENT}; ${begun}`)
    expect((await cluster.bramble('apply', '--yes')).code).not.toBe(0)
    await good('backup', 'restore', 'vault.snapshot', '--yes')
    await isWhole()
  })

  it('are made no more when nobody keeps them: the token, its policy and its file are gone', async () => {
    cluster.edit(() => file(false).replace(/^cluster: .*$/m, `cluster: ${name}`))
    await cluster.apply()
    expect(await client('policy', 'list')).toBe('default\nroot')
    for (const node of SERVERS) expect(await cluster.text(node, 'ls', '/etc/vault')).not.toContain('snapshot')
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })
})
