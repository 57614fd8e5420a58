/** What the servers of Nomad hold, saved and taken back, also by a cluster that was made anew. */
import { stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recipeOf } from '../../engines/recipes.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { holds, lacksNomad, nomadMirror, nomadOn } from './nomad-under-test.ts'

if (lacksNomad !== undefined) console.log(`skipped: ${lacksNomad}`)

const mirror = await nomadMirror()
afterAll(() => mirror.stop())

describe.skipIf(hasNoLab || lacksNomad !== undefined)('snapshots of Nomad', () => {
  const file = (isKept: boolean): string =>
    stringify({
      cluster: 'snapshot',
      domain: 'office.example.net',
      access: { user: 'pi' },
      releases: { mirror: mirror.url, key: mirror.keyFile },
      nodes: { ant: { address: '192.0.2.10', model: 'pi4', memory: '1GiB' } },
      roles: {
        base: { on: 'all' },
        'nomad-server': { on: ['ant'], version: recipeOf('nomad').version },
        ...(isKept && { backup: { on: 'all', to: { folder: '/srv/backup' } } }),
      },
    })
  const cluster = new ClusterUnderTest('snapshot', file(true))
  let name = 'snapshot'
  const variable = async (): Promise<string> => {
    try {
      return await nomadOn(
        cluster,
        'ant',
        'var',
        'get',
        '-out',
        'go-template',
        '-template',
        '{{ .Items.color }}',
        'office/paint',
      )
    } catch {
      return ''
    }
  }
  const tokens = async (): Promise<number> =>
    (await nomadOn(cluster, 'ant', 'acl', 'token', 'list'))
      .split('\n')
      .filter((line) => line.includes('bramble-snapshot')).length

  beforeAll(async () => {
    name = cluster.id.cluster
    await cluster.labUp('--share-memory')
    await cluster.apply()
  })
  afterAll(() => cluster.remove())

  it('are made by a token that may do nothing else, which one apply has made, kept and given to the server', async () => {
    expect((await cluster.apply()).outcome).toBe('unchanged')
    expect(await tokens()).toBe(1)
    const script =
      'read -r NOMAD_TOKEN </etc/nomad-server/snapshot.token; export NOMAD_TOKEN NOMAD_ADDR=https://localhost:4646 NOMAD_CACERT=/etc/nomad-server/ca.pem; "$@"'
    const withIt = (...words: string[]) => cluster.inside('ant', 'sh', '-c', script, 'sh', 'nomad', ...words)
    expect((await withIt('operator', 'snapshot', 'save', '/root/s')).code).toBe(0)
    for (const words of [
      ['job', 'status'],
      ['acl', 'token', 'list'],
      ['var', 'put', 'office/paint', 'color=black'],
      ['operator', 'snapshot', 'restore', '/root/s'],
    ]) {
      const { code, stderr, stdout } = await withIt(...words)
      expect([words, code, `${stderr}${stdout.toString()}`]).toEqual([
        words,
        1,
        expect.stringMatching(/403|Permission denied/),
      ])
    }
    // There are variables, Bramble's own list among them: a list of them is not refused, and shows none.
    expect((await withIt('var', 'list', '-out', 'json')).stdout.toString().trim()).toBe('[]')
    await cluster.output('ant', 'rm', '/root/s')
  })

  it('bring back what was there, with the token that no node holds', async () => {
    await nomadOn(cluster, 'ant', 'var', 'put', 'office/paint', 'color=blue')
    const saved = await cluster.bramble('backup', 'now')
    expect(saved.code, saved.errors + saved.text).toBe(0)
    await nomadOn(cluster, 'ant', 'var', 'put', '-force', 'office/paint', 'color=red')
    const restored = await cluster.bramble('backup', 'restore', 'nomad.snapshot', '--yes')
    expect(restored.code, restored.errors + restored.text).toBe(0)
    await holds('what was saved', variable, 'blue')
    await cluster.well()
    expect((await cluster.apply()).outcome).toBe('unchanged')
    expect((await cluster.bramble('backup', 'now')).code).toBe(0)
  })

  it('bring it back to servers that were made anew', async () => {
    await cluster.output(
      'ant',
      'sh',
      '-c',
      'systemctl stop nomad-server && rm -r /var/lib/nomad-server/server',
    )
    await cluster.apply()
    expect(await variable()).toBe('')
    await cluster.apply()
    expect((await cluster.apply()).outcome).toBe('unchanged')
    const restored = await cluster.bramble('backup', 'restore', 'nomad.snapshot', '--yes')
    expect(restored.code, restored.errors + restored.text).toBe(0)
    await holds('what was saved', variable, 'blue')
    await cluster.apply()
    await cluster.apply()
    expect((await cluster.apply()).outcome).toBe('unchanged')
    expect(await tokens()).toBe(1)
    expect((await cluster.bramble('backup', 'now')).code).toBe(0)
  })

  it('are made no more when nobody keeps them: the token and its file are gone', async () => {
    cluster.edit(() => file(false).replace(/^cluster: .*$/m, `cluster: ${name}`))
    await cluster.apply()
    expect(await tokens()).toBe(0)
    expect(await cluster.text('ant', 'ls', '/etc/nomad-server')).not.toContain('snapshot')
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })
})
