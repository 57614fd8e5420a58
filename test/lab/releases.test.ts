/** Where a release cannot be trusted or had, an apply ends before any node is changed; a good one is fetched once for all. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labPreflight } from '../../src/lab/lab.ts'
import { run } from '../../src/support/run.ts'
import { builtProgram } from '../engines/engine-cache.ts'
import { recipeOf } from '../engines/recipes.ts'
import { ReleaseServer } from '../releases/release-server.ts'
import { zipOf } from '../releases/zip-fixture.ts'
import { ClusterUnderTest } from './cluster-under-test.ts'

const consul = await builtProgram('consul')
const lacking = [...(await labPreflight()), ...('lacks' in consul ? [`Consul: ${consul.lacks}`] : [])]
if (lacking.length > 0)
  console.log(`skipped, the tests on real nodes cannot run here:\n  ${lacking.join('\n  ')}`)

const NODES = ['hammond', 'oneil', 'carter']
const { version: VERSION } = recipeOf('consul')
const PRODUCT = { product: 'consul', version: VERSION }
const clusterText = (mirror: string, key: string): string => `cluster: releases
domain: office.example.net
access: { user: pi }
nodes:
  hammond: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  oneil: { address: 192.0.2.11, model: pi4, memory: 1GiB }
  carter: { address: 192.0.2.12, model: pi4, memory: 1GiB }
roles:
  consul-server: { on: hammond, source: release, version: ${VERSION} }
  consul-client: { on: rest }
releases: { mirror: "${mirror}", key: "${key}" }
`

describe.skipIf(lacking.length > 0)('releases', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'bramble-lab-releases-'))
  const cache = join(scratch, 'bramble/releases')
  const usualCache = process.env['XDG_CACHE_HOME']
  let mirror: ReleaseServer
  let cluster: ClusterUnderTest

  beforeAll(async () => {
    process.env['XDG_CACHE_HOME'] = scratch
    mirror = await ReleaseServer.start()
    cluster = new ClusterUnderTest('releases', clusterText(mirror.url, mirror.keyFile))
    const up = await cluster.bramble('lab', 'up', '--share-memory')
    expect(up.code, up.errors + up.text).toBe(0)
    for (const node of NODES) await cluster.write(node, '/root/before', '')
  })
  afterAll(async () => {
    await cluster.remove()
    await mirror.stop()
    if (usualCache === undefined) delete process.env['XDG_CACHE_HOME']
    else process.env['XDG_CACHE_HOME'] = usualCache
    rmSync(scratch, { recursive: true, force: true })
  })

  /** An apply ends with this code, and no file of any node has changed since the lab came up. */
  async function isRefused(code: string): Promise<void> {
    const refused = await cluster.bramble('apply', '--yes')
    expect(refused.errors + refused.text).toContain(code)
    expect(refused.code).toBe(1)
    const changed = 'find /etc /usr /opt /srv /var/lib -cnewer /root/before -not -path "/var/lib/systemd*"'
    for (const node of NODES) expect(await cluster.output(node, 'sh', '-c', changed)).toBe('')
  }

  const publish = (archive: Buffer, announced = {}): Promise<void> =>
    mirror.publish({ ...PRODUCT, archives: { amd64: archive, arm64: archive }, announced })

  it('with a wrong checksum change nothing', async () => {
    const wrong = 'd'.repeat(64)
    await publish(zipOf({ consul: 'not the program' }), { amd64: wrong, arm64: wrong })
    await isRefused('RELEASE_CHECKSUM_WRONG')
  })

  it('with a path that climbs out change nothing', async () => {
    await publish(zipOf({ consul: 'x', '../../../etc/cron.d/x': 'evil' }))
    await isRefused('RELEASE_ARCHIVE_UNSAFE')
  })

  it('with a broken signature change nothing', async () => {
    await publish(zipOf({ consul: 'x' }))
    writeFileSync(`${mirror.listFile('consul', VERSION)}.sig`, 'not a signature')
    await isRefused('RELEASE_SIGNATURE_WRONG')
  })

  it('that are not built for a board change nothing', async () => {
    await mirror.publish({ ...PRODUCT, archives: { riscv64: zipOf({ consul: 'x' }) } })
    await isRefused('RELEASE_NOT_BUILT_FOR')
  })

  it('change nothing while their mirror is down', async () => {
    cluster.edit((text) => text.replace(mirror.url, 'http://127.0.0.1:1'))
    await isRefused('RELEASE_UNREACHABLE')
    cluster.edit((text) => text.replace('http://127.0.0.1:1', mirror.url))
  })

  it('change nothing when there is no room for them', async () => {
    await mirror.addEngine('consul')
    expect((await run('mkdir', ['-p', cache])).code).toBe(0)
    expect((await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', cache])).code).toBe(0)
    try {
      await isRefused('RELEASE_CACHE_FULL')
    } finally {
      await run('umount', [cache])
    }
  })

  it('are fetched once for all nodes, and not at all by a second apply', async () => {
    mirror.requests.length = 0
    expect((await cluster.apply()).outcome).toBe('changed')
    expect(mirror.requests.filter((path) => path.endsWith('.zip'))).toHaveLength(1)
    for (const node of NODES) {
      expect(await cluster.output(node, 'consul', 'version')).toContain(`Consul v${VERSION}`)
    }
    mirror.requests.length = 0
    expect((await cluster.apply()).outcome).toBe('unchanged')
    expect(mirror.requests).toEqual([])
  })
})
