/** What the controller fetches for its nodes, from a real mirror, and what the cluster lock keeps of it. */
import { hashicorpLayout } from '../releases/hashicorp.ts'
import { copyFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ReleaseServer } from '../../test/releases/release-server.ts'
import { zipOf } from '../../test/releases/zip-fixture.ts'
import type { ClusterFile } from '../cluster-file/schema.ts'
import { EMPTY_LOCK } from '../cluster-lock/cluster-lock.ts'
import type { ReleaseWish } from './release-wish.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { meetReleases, releaseSources } from './meet-releases.ts'

const usualCache = process.env['XDG_CACHE_HOME']
let server: ReleaseServer
let scratch = ''
let clusterFile = ''

beforeAll(async () => {
  server = await ReleaseServer.start()
  const archives = { amd64: zipOf({ consul: 'for amd64' }), arm: zipOf({ consul: 'for arm' }) }
  await server.publish({ product: 'consul', version: '1.19.2', archives })
  for (const product of ['nomad', 'vault']) {
    await server.publish({ product, version: '1.11.0', archives: { amd64: zipOf({ [product]: 'x' }) } })
  }
})
afterAll(async () => {
  await server.stop()
  if (usualCache === undefined) delete process.env['XDG_CACHE_HOME']
  else process.env['XDG_CACHE_HOME'] = usualCache
})

beforeEach(async () => {
  server.requests.length = 0
  scratch = await mkdtemp(join(tmpdir(), 'bramble-role-releases-'))
  clusterFile = join(scratch, 'cluster.yaml')
  process.env['XDG_CACHE_HOME'] = join(scratch, 'cache')
  return () => rm(scratch, { recursive: true, force: true })
})

const consulFor = (architecture: string): ReleaseWish => ({
  product: 'consul',
  version: '1.19.2',
  architecture,
  member: 'consul',
  layout: hashicorpLayout,
})

function meet(
  wishes: readonly ReleaseWish[],
  lock = EMPTY_LOCK,
  releases: ClusterFile['releases'] = fromServer(),
) {
  return meetReleases(wishes, releaseSources({ releases } as ClusterFile, clusterFile), lock)
}

const fromServer = (): ClusterFile['releases'] => ({ mirror: server.url, key: server.keyFile })
const archivesAsked = (): string[] => server.requests.filter((path) => path.endsWith('.zip'))

describe('the releases of a cluster', () => {
  it('are fetched once for many nodes, and once for each architecture', async () => {
    const boards = ['arm', 'arm', 'amd64', 'arm', 'amd64']
    const { release } = await meet(boards.map(consulFor))
    expect(archivesAsked()).toHaveLength(2)
    const { bytes } = release(consulFor('arm')) as { bytes: { path: string } }
    expect(await readFile(bytes.path, 'utf8')).toBe('for arm')
  })

  it('are not asked for again once the lock has them', async () => {
    const { lock } = await meet([consulFor('arm')])
    server.requests.length = 0
    const again = await meet([consulFor('arm')], lock)
    expect(server.requests).toEqual([])
    expect(again.lock).toEqual(lock)
  })

  it('are fetched by another computer as the lock pins them, or not at all', async () => {
    const { lock } = await meet([consulFor('arm')])
    await rm(join(scratch, 'cache'), { recursive: true })
    expect((await meet([consulFor('arm')], lock)).lock).toEqual(lock)
    await rm(join(scratch, 'cache'), { recursive: true })
    const pinned = {
      ...EMPTY_LOCK,
      releases: { consul: { version: '1.19.2', sums: { arm: 'c'.repeat(64) } } },
    }
    await expect(meet([consulFor('arm')], pinned)).rejects.toThrow(DiagnosticsError)
  })

  it('come from a folder and a key that are named from where the cluster file is', async () => {
    await cp(server.folder, join(scratch, 'mirror'), { recursive: true })
    await copyFile(server.keyFile, join(scratch, 'mirror.asc'))
    const beside = { mirror: 'mirror', key: 'mirror.asc' }
    const { lock } = await meet([consulFor('amd64')], EMPTY_LOCK, beside)
    expect(server.requests).toEqual([])
    expect(lock).toEqual((await meet([consulFor('amd64')])).lock)
  })

  it('are not trusted without the key that the cluster file names (RELEASE_KEY_UNREADABLE)', async () => {
    const error = await meet([consulFor('arm')], EMPTY_LOCK, { mirror: server.url, key: 'absent.asc' }).catch(
      (thrown: unknown) => thrown,
    )
    const [diagnostic] = (error as DiagnosticsError).diagnostics
    expect(diagnostic).toMatchObject({ code: 'RELEASE_KEY_UNREADABLE' })
    expect(diagnostic?.summary).toContain(join(scratch, 'absent.asc'))
    expect(server.requests).toEqual([])
  })

  it('are not trusted without the key that the layout of a role names (RELEASE_KEY_UNREADABLE)', async () => {
    const wish = consulFor('arm')
    const key = new URL(`file://${join(scratch, 'no-key.asc')}`)
    const layout = { ...wish.layout, signature: { ending: '.sig', key } }
    const error = await meet([{ ...wish, layout }], EMPTY_LOCK, { mirror: server.url }).catch(
      (thrown: unknown) => thrown,
    )
    const [diagnostic] = (error as DiagnosticsError).diagnostics
    expect(diagnostic).toMatchObject({ code: 'RELEASE_KEY_UNREADABLE' })
    expect(diagnostic?.summary).toContain('no-key.asc')
    expect(diagnostic?.fix).toContain('signature.key in the layout of the role')
  })

  it('are refused all at once, each with its reason', async () => {
    const wishes = ['nomad', 'vault'].map((product) => ({
      product,
      version: '1.11.0',
      architecture: 'arm',
      member: product,
      layout: hashicorpLayout,
    }))
    const error = await meet(wishes).catch((thrown: unknown) => thrown)
    const { diagnostics } = error as DiagnosticsError
    expect(diagnostics.map(({ code, summary }) => `${code}: ${summary}`)).toEqual([
      'RELEASE_NOT_BUILT_FOR: nomad 1.11.0 does not exist for linux arm',
      'RELEASE_NOT_BUILT_FOR: vault 1.11.0 does not exist for linux arm',
    ])
  })

  it('that nobody vouches for are pinned as first seen, which is said once (RELEASE_FIRST_SEEN)', async () => {
    const { sums: _, signature: __, ...unsigned } = hashicorpLayout
    await server.publish({
      product: 'consul',
      version: '1.19.2',
      archives: { amd64: zipOf({ consul: 'x' }) },
    })
    const wishes = [{ ...consulFor('amd64'), layout: unsigned }]
    const first = await meet(wishes)
    expect(first.notices.map(({ code, severity }) => [code, severity])).toEqual([
      ['RELEASE_FIRST_SEEN', 'warning'],
    ])
    expect(first.lock.releases['consul']?.sums['amd64']).toMatch(/^[0-9a-f]{64}$/)
    expect((await meet(wishes, first.lock)).notices).toEqual([])
  })
})
