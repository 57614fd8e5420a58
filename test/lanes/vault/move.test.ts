/** A Vault that was made by hand, with its data in files, moves to Consul's store, and from there to a consensus of its own; cut off on the way. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../../src/support/run.ts'
import { builtProgram } from '../../engines/engine-cache.ts'
import { recipeOf } from '../../engines/recipes.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { health, holds, mirror, releases } from './vault-under-test.ts'

const [vault, consul] = await Promise.all([builtProgram('vault'), builtProgram('consul')])
const lacks = [vault, consul].flatMap((one) => ('lacks' in one ? [one.lacks] : []))
if (lacks.length > 0) console.log(`skipped: ${lacks.join(', ')}`)
if (lacks.length === 0) await mirror.addEngine('consul')

const SECRETS = 1000
const STORE = '/opt/vault/data'
const OLD = 'http://127.0.0.1:8200'
const VAULT = `  vault: { on: ant, version: ${recipeOf('vault').version}, shares: 1, threshold: 1, storage: consul }\n`
const CLUSTER = `cluster: move
domain: office.example.net
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 2GiB }
releases: ${JSON.stringify(releases)}
roles:
  packages: { on: all, install: [curl] }
  consul-server: { on: ant, version: ${recipeOf('consul').version} }
`

const UNIT = `[Service]
ExecStart=/opt/vault/vault server -config=/opt/vault/vault.json
Restart=on-failure
[Install]
WantedBy=multi-user.target
`
const CONFIG = JSON.stringify({
  storage: { file: { path: STORE } },
  listener: [{ tcp: { address: '127.0.0.1:8200', tls_disable: true } }],
  disable_mlock: true,
  api_addr: 'http://127.0.0.1:8200',
})

describe.skipIf(hasNoLab || lacks.length > 0)('a Vault that moves', () => {
  const cluster = new ClusterUnderTest('move', CLUSTER)
  let token = ''
  let share = ''

  beforeAll(async () => {
    await cluster.labUp('--share-memory')
    await cluster.apply()
    await byHand()
  })
  afterAll(async () => {
    await cluster.remove()
  })

  const shell = (text: string) => cluster.output('ant', 'sh', '-c', text)
  const value = (index: number): string => `value-${index}-${'x'.repeat(index % 200)}`

  /** As its owner made it, with what he keeps in it. */
  async function byHand(): Promise<void> {
    if ('lacks' in vault) throw new Error(vault.lacks)
    await cluster.write('ant', '/opt/vault/vault', readFileSync(vault.path), '755')
    await cluster.write('ant', '/opt/vault/vault.json', CONFIG)
    await cluster.write('ant', '/etc/systemd/system/oldvault.service', UNIT)
    await shell('mkdir -p /opt/vault/data && systemctl daemon-reload && systemctl enable --now oldvault')
    const old = ['env', 'HOME=/root', 'VAULT_ADDR=http://127.0.0.1:8200']
    await holds('it answers', async () =>
      (await cluster.text('ant', 'curl', '-s', `${OLD}/v1/sys/health`)).includes('false'),
    )
    const told = await cluster.output(
      'ant',
      ...old,
      '/opt/vault/vault',
      'operator',
      'init',
      '-key-shares=1',
      '-key-threshold=1',
      '-format=json',
    )
    const begun = JSON.parse(told) as { unseal_keys_b64: string[]; root_token: string }
    share = begun.unseal_keys_b64[0] ?? ''
    token = begun.root_token
    await cluster.output('ant', ...old, '/opt/vault/vault', 'operator', 'unseal', share)
    await cluster.output(
      'ant',
      ...old,
      `VAULT_TOKEN=${token}`,
      '/opt/vault/vault',
      'secrets',
      'enable',
      '-version=2',
      '-path=kv',
      'kv',
    )
    await asked(OLD, (index) => [`data = ${JSON.stringify(JSON.stringify({ data: { v: value(index) } }))}`])
  }

  /** One request for each secret, over one connection. */
  async function asked(at: string, more: (index: number) => readonly string[]): Promise<string> {
    const requests = Array.from({ length: SECRETS }, (_, index) =>
      [
        `url = "${at}/v1/kv/data/one/${index}"`,
        `header = "X-Vault-Token: ${token}"`,
        'silent',
        'fail',
        'cacert = "/etc/vault/ca.pem"',
        ...more(index),
      ].join('\n'),
    )
    await cluster.write('ant', '/run/asked', requests.join('\nnext\n'), '600')
    return cluster.output('ant', 'sh', '-c', 'curl -K /run/asked; rm /run/asked')
  }

  /** Every secret, as its owner gets it. */
  async function allThere(): Promise<void> {
    const text = await asked('https://localhost:8200', () => ['write-out = "\\n"'])
    const values = text
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { data: { data: { v: string } } }).data.data.v)
    expect(values).toEqual(Array.from({ length: SECRETS }, (_, index) => value(index)))
  }

  const migrate = (...words: string[]) => cluster.bramble('vault', 'migrate', ...words, '--yes')
  const fromFiles = ['--to', 'consul', '--from', `file:${STORE}`]

  async function bring(name: string, text: string): Promise<void> {
    const { code, stderr } = await run('node', cluster.argv('secrets', 'import', name), {
      input: `${text}\n`,
    })
    expect([code, stderr]).toEqual([0, expect.any(String)])
  }

  it('is not begun without its keys, nor with an entry that the last power cut has emptied', async () => {
    cluster.edit((text) => `${text}${VAULT}`)
    const keyless = await migrate(...fromFiles)
    expect([keyless.code, keyless.errors]).toEqual([
      1,
      expect.stringContaining('bramble secrets import vault/1/share-1'),
    ])
    await bring('vault/1/share-1', share)
    await bring('vault/1/root-token', token)
    await shell(`: >${STORE}/core/_emptied && head -c 300 /dev/zero >${STORE}/core/_zeroed`)
    const damaged = await migrate(...fromFiles)
    expect([damaged.code, damaged.errors]).toEqual([1, expect.stringContaining('core/_emptied is damaged')])
    await shell(`rm ${STORE}/core/_emptied ${STORE}/core/_zeroed`)
    expect(await shell('systemctl is-active oldvault')).toBe('active')
  })

  it('is not begun with an entry that Consul does not take, and is not stopped for it', async () => {
    await cluster.write('ant', '/run/large', JSON.stringify({ data: { v: 'y'.repeat(700_000) } }), '600')
    const put = `curl -s -f -H 'X-Vault-Token: ${token}' -d @/run/large ${OLD}/v1/kv/data/large`
    await shell(put)
    const { code, errors } = await migrate(...fromFiles)
    expect([code, errors]).toEqual([1, expect.stringMatching(/entry logical\/.* is too large for Consul/)])
    expect(await shell('systemctl is-active oldvault')).toBe('active')
    await shell(`curl -s -f -H 'X-Vault-Token: ${token}' -X DELETE ${OLD}/v1/kv/metadata/large`)
  })

  it('is cut off in the middle, and the same words end it: every secret is there', async () => {
    const child = spawn('node', cluster.argv('vault', 'migrate', ...fromFiles, '--yes'), { stdio: 'ignore' })
    const gone = once(child, 'close')
    await holds('it has begun', async () =>
      (await cluster.text('ant', 'cat', '/var/lib/bramble/vault-move/state')).startsWith('copying'),
    )
    child.kill('SIGKILL')
    await gone
    // Nobody opens a Vault between the two: the old one is stopped or still runs, and the new one is not there.
    expect((await cluster.inside('ant', 'test', '-e', '/etc/vault/server.json')).code).not.toBe(0)
    let last = await migrate(...fromFiles)
    await holds('nobody is at work any more', async () => {
      if (/still at work/.test(last.errors)) last = await migrate(...fromFiles)
      return !/still at work/.test(last.errors)
    })
    expect([last.code, last.text + last.errors]).toEqual([
      0,
      expect.stringContaining(`all ${SECRETS} secrets`),
    ])
    console.log(last.text)
    await allThere()
    expect(await health(cluster, 'ant')).toBe('200')
    await cluster.well()
    expect((await cluster.apply()).outcome).toBe('unchanged')
    // What it came from is kept, and does not come back by itself.
    expect(
      await shell(
        `ls ${STORE}/core/_keyring; systemctl is-active oldvault || true; ls /var/lib/bramble | grep vault-move || true`,
      ),
    ).toBe(`${STORE}/core/_keyring\ninactive`)
  })

  it('is found by its name while it is open', async () => {
    const found = () => cluster.dig('ant', 'active.vault.service.office.example.net')
    // The twin in the lab has an address of its own.
    await holds('Consul has it', async () => (await found()).startsWith('10.213.'))
  })

  it('is opened by an apply after a restart of its board', async () => {
    await shell('systemctl restart vault')
    await holds('it is sealed', async () => (await health(cluster, 'ant')) === '503')
    await cluster.apply()
    expect(await health(cluster, 'ant')).toBe('200')
    await allThere()
  })

  it('is not begun anew where the cluster file says another place, and moves there', async () => {
    cluster.edit((text) => text.replace('storage: consul', 'storage: raft'))
    const refused = await cluster.bramble('plan')
    expect([refused.code === 0, refused.errors]).toEqual([
      false,
      expect.stringContaining('bramble vault migrate --to raft'),
    ])
    const { code, text, errors } = await migrate('--to', 'raft')
    expect([code, text + errors]).toEqual([0, expect.stringContaining(`all ${SECRETS} secrets`)])
    console.log(text)
    await allThere()
    await cluster.well()
    expect((await cluster.apply()).outcome).toBe('unchanged')
    const again = await migrate('--to', 'raft')
    expect([again.code, again.text]).toEqual([0, expect.stringContaining('nothing was done')])
  })

  it('does not move onto what it left behind', async () => {
    const { code, errors } = await migrate('--to', 'consul')
    expect([code, errors]).toEqual([1, expect.stringContaining('both hold data')])
    await allThere()
  })
})
