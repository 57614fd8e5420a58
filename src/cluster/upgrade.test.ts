import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ReleaseServer } from '../../test/releases/release-server.ts'
import { zipOf } from '../../test/releases/zip-fixture.ts'
import { EMPTY_LOCK, lockText, parseLock, type ClusterLock } from '../resolve/cluster-lock.ts'
import { DiagnosticsError } from './diagnostics-error.ts'
import { openCluster, type OpenedCluster } from './open.ts'
import { wantedVersions } from './programs.ts'
import { upgrade } from './upgrade.ts'

const OLD = '1'.repeat(64)

let mirror: ReleaseServer
let folder = ''

beforeAll(async () => {
  mirror = await ReleaseServer.start()
  for (const version of ['1.19.2', '1.20.1']) {
    const archives = Object.fromEntries(
      ['arm64', 'arm'].map((word) => [word, zipOf({ consul: `consul ${version} ${word}` })]),
    )
    await mirror.publish({ product: 'consul', version, archives })
  }
})
afterAll(() => mirror.stop())

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-upgrade-'))
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
  writeFileSync(
    join(folder, 'cluster.yaml'),
    `cluster: office
domain: office.example.net
nodes:
  hammond: { address: 192.0.2.10, model: pi4, memory: 4GiB }
  oneil: { address: 192.0.2.11, model: pi4, memory: 4GiB }
  carter: { address: 192.0.2.12, model: pi4, memory: 4GiB }
  ears: { address: 192.0.2.13, model: zero-w, memory: 512MiB }
roles:
  consul-server: { on: [hammond, oneil, carter] }
  consul-client: { on: rest }
releases: { mirror: ${mirror.folder}, key: ${mirror.keyFile} }
`,
  )
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

async function opened(lock: Partial<ClusterLock>, ...set: string[]): Promise<OpenedCluster> {
  writeFileSync(join(folder, 'cluster.lock'), lockText({ ...EMPTY_LOCK, ...lock }))
  const result = await openCluster({ folder, lab: false, set })
  if (!('cluster' in result)) throw new Error(JSON.stringify(result.diagnostics))
  return result.cluster
}

const lockNow = (): ClusterLock => parseLock(readFileSync(join(folder, 'cluster.lock'), 'utf8'))

/** The codes and places of what an upgrade is refused for. */
async function refused(cluster: OpenedCluster, request: Parameters<typeof upgrade>[1]) {
  const error = await upgrade(cluster, request).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(DiagnosticsError)
  return (error as DiagnosticsError).diagnostics
}

const pinned = (version: string) => ({
  releases: { consul: { version, sums: { arm64: OLD } } },
  running: { consul: version },
})

describe('an upgrade', () => {
  it('says what it would pin for every architecture, and writes nothing by that', async () => {
    const cluster = await opened(pinned('1.19.2'))
    const { offers } = await upgrade(cluster, { engine: 'consul', version: '1.20.1' })
    expect(offers).toMatchObject([{ engine: 'consul', now: '1.19.2', to: '1.20.1' }])
    expect(offers[0]?.sums.map(({ architecture }) => architecture).sort()).toEqual(['arm', 'arm64'])
    expect(lockNow().releases['consul']?.version).toBe('1.19.2')
  })

  it('writes the version and its checksums into the cluster lock, and nothing else', async () => {
    const cluster = await opened(pinned('1.19.2'))
    const found = await upgrade(cluster, { engine: 'consul', version: '1.20.1' })
    await found.carryOut()
    const sums = Object.fromEntries(
      found.offers[0]?.sums.map(({ architecture, to }) => [architecture, to]) ?? [],
    )
    expect(lockNow()).toEqual({
      ...EMPTY_LOCK,
      ...pinned('1.19.2'),
      releases: { consul: { version: '1.20.1', sums } },
    })
  })

  it('pins another checksum of the same version only when asked, and shows which one goes', async () => {
    const cluster = await opened(pinned('1.19.2'))
    const { offers } = await upgrade(cluster, { engine: 'consul', version: '1.19.2' })
    expect(offers[0]?.sums.find(({ architecture }) => architecture === 'arm64')?.now).toBe(OLD)
  })

  it('has nothing to do when everything is at the newest version', async () => {
    const cluster = await opened({})
    await (await upgrade(cluster)).carryOut()
    const again = await upgrade(await opened(lockNow()))
    expect(again).toMatchObject({ offers: [], unchanged: [{ engine: 'consul', version: '1.19.2' }] })
  })

  it('never goes back to the version that this Bramble would begin with', async () => {
    const cluster = await opened({})
    await (await upgrade(cluster, { engine: 'consul', version: '1.20.1' })).carryOut()
    expect((await upgrade(await opened(lockNow()))).offers).toEqual([])
  })

  it('is refused beyond what the maker supports in one step, with the steps (CONSUL_UPGRADE_TOO_FAR)', async () => {
    const cluster = await opened(pinned('1.10.12'))
    const [diagnostic] = await refused(cluster, { engine: 'consul', version: '1.14.0' })
    expect(diagnostic).toMatchObject({ code: 'CONSUL_UPGRADE_TOO_FAR', where: { line: 9 } })
    expect(diagnostic?.why).toContain('1.12, then 1.14')
  })

  it('is refused backwards (CONSUL_DOWNGRADE)', async () => {
    const cluster = await opened(pinned('1.20.1'))
    const [diagnostic] = await refused(cluster, { engine: 'consul', version: '1.19.2' })
    expect(diagnostic?.code).toBe('CONSUL_DOWNGRADE')
  })

  it('points at the cluster file where that decides the version (ENGINE_VERSION_STATED)', async () => {
    const set = 'roles.consul-server.version=1.19.2'
    const cluster = await opened(pinned('1.19.2'), set)
    const [diagnostic] = await refused(cluster, { engine: 'consul', version: '1.20.1' })
    expect(diagnostic).toMatchObject({ code: 'ENGINE_VERSION_STATED', where: { file: '--set', key: set } })
    expect(diagnostic?.fix).toContain('version: 1.20.1')
  })

  it('knows the engines of the cluster (ENGINE_UNKNOWN)', async () => {
    const [diagnostic] = await refused(await opened({}), { engine: 'consl' })
    expect(diagnostic).toMatchObject({ code: 'ENGINE_UNKNOWN', fix: 'did you mean consul?' })
  })

  it('changes nothing when the release cannot be had', async () => {
    const cluster = await opened(pinned('1.19.2'))
    const [diagnostic] = await refused(cluster, { engine: 'consul', version: '1.21.0' })
    expect(diagnostic?.code).toBe('RELEASE_UNREACHABLE')
    expect(lockNow()).toEqual({ ...EMPTY_LOCK, ...pinned('1.19.2') })
  })

  it('says once that the key of the mirror cannot be read', async () => {
    const cluster = await opened({}, 'releases.key=./gone.asc')
    expect(await refused(cluster, {})).toMatchObject([{ code: 'RELEASE_KEY_UNREADABLE' }])
  })
})

describe('the version of an engine', () => {
  const wanted = async (lock: Partial<ClusterLock>, ...set: string[]) => {
    const { resolved } = await opened(lock, ...set)
    return wantedVersions(resolved)[0]?.wanted
  }

  it('is what the cluster file says, else what the cluster lock pins, else what Bramble begins with', async () => {
    const written = 'roles.consul-server.version=1.21.0'
    expect(await wanted(pinned('1.18.2'), written)).toBe('1.21.0')
    expect(await wanted(pinned('1.18.2'))).toBe('1.18.2')
    expect(await wanted({})).toBe('1.19.2')
  })

  it("is Debian's with the package, whatever is pinned of releases", async () => {
    expect(await wanted(pinned('1.18.2'), 'roles.consul-server.source=package')).toBe('1.8.7')
  })
})
