/** Three servers of Vault on virtual nodes, and how they are worked with. */
import { afterAll, expect } from 'vitest'
import { poll } from '../../../src/support/poll.ts'
import { builtProgram } from '../../engines/engine-cache.ts'
import type { ClusterUnderTest } from '../../lab/cluster-under-test.ts'
import { ReleaseServer } from '../../releases/release-server.ts'

/** Nodes with a server. */
export const SERVERS = ['ant', 'bee', 'cow'] as const
/** How many shares there are by default. */
const SHARES = 5

const vault = await builtProgram('vault')
/** Serves Vault. */
export const mirror = await ReleaseServer.start()
if (!('lacks' in vault)) await mirror.addEngine('vault')
afterAll(() => mirror.stop())

/** Why there is no Vault on this computer, if so. */
export const lacksVault = 'lacks' in vault ? `Vault: ${vault.lacks}` : undefined
/** Where releases come from. */
export const releases = { mirror: mirror.url, key: mirror.keyFile }

/** What is kept of the beginning, by the names of the secrets. */
export async function keys(cluster: ClusterUnderTest): Promise<Readonly<Record<string, string>>> {
  const names = [
    ...Array.from({ length: SHARES }, (_, index) => `vault/1/share-${index + 1}`),
    'vault/1/root-token',
  ]
  const texts = await Promise.all(names.map((name) => secretText(cluster, name)))
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']))
}

async function secretText(cluster: ClusterUnderTest, name: string): Promise<string> {
  const { code, text, errors } = await cluster.bramble('secrets', 'show', name)
  if (code !== 0) throw new Error(errors)
  return text.trim()
}

/** Runs Vault's own client on a server, with the root token. */
export async function vaultOn(cluster: ClusterUnderTest, node: string, ...words: string[]): Promise<string> {
  const token = await secretText(cluster, 'vault/1/root-token')
  const settings = ['VAULT_ADDR=https://localhost:8200', 'VAULT_CACERT=/etc/vault/ca.pem', 'HOME=/root']
  return cluster.output(node, 'env', ...settings, `VAULT_TOKEN=${token}`, 'vault', ...words)
}

/** The health of a server, as its status code says it: 200 active, 429 standby, 503 sealed, 501 new, 530 removed. */
export async function health(cluster: ClusterUnderTest, node: string): Promise<string> {
  const format = ['--silent', '--output', '/dev/null', '--write-out', '%{http_code}', '--max-time', '5']
  const ask = [...format, '--cacert', '/etc/vault/ca.pem', 'https://localhost:8200/v1/sys/health']
  return (await cluster.inside(node, 'curl', ...ask)).stdout.toString()
}

/** The health of all servers. */
export function healths(cluster: ClusterUnderTest): Promise<readonly string[]> {
  return Promise.all(SERVERS.map((node) => health(cluster, node)))
}

/** The one that is active; waits until there is one. */
export async function activeServer(
  cluster: ClusterUnderTest,
  among: readonly string[] = SERVERS,
): Promise<string> {
  let active: string | undefined
  await holds('a server is active', async () => {
    const codes = await Promise.all(among.map((node) => health(cluster, node)))
    active = among[codes.indexOf('200')]
    return active !== undefined
  })
  return active ?? ''
}

/** Waits until it holds, for two minutes. */
export async function holds(what: string, condition: () => Promise<boolean>): Promise<void> {
  const ask = async () => ({ passed: await condition(), detail: what })
  expect(await poll(ask, { patienceSeconds: 120 })).toMatchObject({ passed: true })
}

/** The ids by which the consensus knows its voters. */
export async function raftIds(cluster: ClusterUnderTest, through: string): Promise<readonly string[]> {
  return (await raftVoters(cluster, through)).map(({ id }) => id)
}

/** Its voters, by their ids and `HOST:PORT`. */
export async function raftVoters(
  cluster: ClusterUnderTest,
  through: string,
): Promise<readonly { readonly id: string; readonly address: string }[]> {
  const text = await vaultOn(cluster, through, 'operator', 'raft', 'list-peers', '-format=json')
  const { data } = JSON.parse(text) as {
    data: { config: { servers: { node_id: string; address: string; voter: boolean }[] } }
  }
  return data.config.servers.filter(({ voter }) => voter).map(({ node_id: id, address }) => ({ id, address }))
}
