import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ReleaseServer } from '../../test/releases/release-server.ts'
import { zipOf } from '../../test/releases/zip-fixture.ts'
import { EMPTY_LOCK, lockText, parseLock, type ClusterLock } from '../cluster-lock/cluster-lock.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { openCluster, type OpenedCluster } from './open.ts'
import { wantedVersions } from '../programs/programs.ts'
import { upgrade } from './upgrade.ts'

const OLD = '1'.repeat(64)

let mirror: ReleaseServer
let folder = ''

beforeAll(async () => {
  mirror = await ReleaseServer.start()
  for (const version of ['1.10.12', '1.19.2', '1.20.6', '1.21.5', '1.22.7', '2.1.0', '9.0.0']) {
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
    const { offers } = await upgrade(cluster, { engine: 'consul', version: '1.20.6' })
    expect(offers).toMatchObject([{ engine: 'consul', now: '1.19.2', to: '1.20.6' }])
    expect(offers[0]?.sums.map(({ architecture }) => architecture).sort()).toEqual(['arm', 'arm64'])
    expect(lockNow().releases['consul']?.version).toBe('1.19.2')
  })

  it('writes the version and its checksums into the cluster lock, and nothing else', async () => {
    const cluster = await opened(pinned('1.19.2'))
    const found = await upgrade(cluster, { engine: 'consul', version: '1.20.6' })
    await found.carryOut()
    const sums = Object.fromEntries(
      found.offers[0]?.sums.map(({ architecture, to }) => [architecture, to]) ?? [],
    )
    expect(lockNow()).toEqual({
      ...EMPTY_LOCK,
      ...pinned('1.19.2'),
      releases: { consul: { version: '1.20.6', sums } },
    })
  })

  it('pins another checksum of the same version only when asked, and shows which one goes', async () => {
    const cluster = await opened(pinned('1.19.2'))
    const { offers } = await upgrade(cluster, { engine: 'consul', version: '1.19.2' })
    expect(offers[0]?.sums.find(({ architecture }) => architecture === 'arm64')?.now).toBe(OLD)
  })

  it('asks the index: a new cluster gets the newest version of the newest line that is known and supported', async () => {
    const { offers, notices } = await upgrade(await opened({}))
    expect(offers).toMatchObject([{ engine: 'consul', to: '2.1.0' }])
    // 9.0.0 is out and left alone.
    expect(notices).toMatchObject([{ code: 'ENGINE_LINE_NEWER', severity: 'warning' }])
  })

  it('has nothing to do when everything is at the newest version', async () => {
    await (await upgrade(await opened({}))).carryOut()
    const again = await upgrade(await opened(lockNow()))
    expect(again).toMatchObject({ offers: [], unchanged: [{ engine: 'consul', version: '2.1.0' }] })
  })

  it.each([
    ['1.8.19', '1.10.12', '1.12'],
    ['1.19.2', '1.21.5', '1.21.7 or 1.22'],
    ['1.21.5', '1.22.7', '2.1'],
    ['1.22.7', '2.1.0', undefined],
  ])('goes from %s as far as one step leads, to %s, and names the next one', async (from, to, onward) => {
    const { offers } = await upgrade(await opened(pinned(from)))
    expect(offers).toMatchObject([{ now: from, to }])
    expect(offers[0]?.onward).toBe(onward)
  })

  it('stays where it is when the index has nothing newer that it may go to, and says so', async () => {
    const { offers, unchanged, notices } = await upgrade(await opened(pinned('2.1.3')))
    expect({ offers, unchanged }).toEqual({ offers: [], unchanged: [{ engine: 'consul', version: '2.1.3' }] })
    expect(notices).toMatchObject([{ code: 'RELEASE_INDEX_WITHOUT_LINE', severity: 'warning' }])
  })

  it('is refused beyond what the maker supports in one step, with the steps (ENGINE_UPGRADE_TOO_FAR)', async () => {
    const cluster = await opened(pinned('1.10.12'))
    const [diagnostic] = await refused(cluster, { engine: 'consul', version: '1.14.0' })
    expect(diagnostic).toMatchObject({ code: 'ENGINE_UPGRADE_TOO_FAR', where: { line: 9 } })
    expect(diagnostic?.why).toContain('1.12, then 1.14')
  })

  it('is refused backwards (ENGINE_DOWNGRADE)', async () => {
    const cluster = await opened(pinned('1.20.6'))
    const [diagnostic] = await refused(cluster, { engine: 'consul', version: '1.19.2' })
    expect(diagnostic?.code).toBe('ENGINE_DOWNGRADE')
  })

  it('stops a living cluster before a line that nobody here knows (ENGINE_LINE_UNKNOWN_STEP), and warns a new one', async () => {
    const to = { engine: 'consul', version: '9.0.0' }
    const [diagnostic] = await refused(await opened(pinned('2.1.0')), to)
    expect(diagnostic).toMatchObject({ code: 'ENGINE_LINE_UNKNOWN_STEP', severity: 'error' })
    const { offers, notices } = await upgrade(await opened({}), to)
    expect(offers).toMatchObject([{ to: '9.0.0' }])
    expect(notices).toMatchObject([{ code: 'ENGINE_LINE_UNKNOWN', severity: 'warning' }])
  })

  it('goes to no version that breaks what is promised, unless that is accepted (ENGINE_VERSION_UNSAFE)', async () => {
    const to = { engine: 'consul', version: '1.10.1' }
    const [diagnostic] = await refused(await opened({}), to)
    expect(diagnostic).toMatchObject({ code: 'ENGINE_VERSION_UNSAFE', where: { line: 9 } })
    const accepted = await opened({}, 'roles.consul-server.unmaintained=accepted')
    // The mirror does not have it: that is all that is wrong now.
    expect(await refused(accepted, to)).toMatchObject([{ code: 'RELEASE_MISSING' }])
  })

  it('leads out of such a version without a word from the cluster file', async () => {
    const { offers } = await upgrade(await opened(pinned('1.8.7')))
    expect(offers).toMatchObject([{ now: '1.8.7', to: '1.10.12' }])
  })

  it('points at the cluster file where that decides the version (ENGINE_VERSION_STATED)', async () => {
    const set = 'roles.consul-server.version=1.19.2'
    const cluster = await opened(pinned('1.19.2'), set)
    const [diagnostic] = await refused(cluster, { engine: 'consul', version: '1.20.6' })
    expect(diagnostic).toMatchObject({ code: 'ENGINE_VERSION_STATED', where: { file: '--set', key: set } })
    expect(diagnostic?.fix).toContain('version: 1.20.6')
  })

  it("has nothing to do with Debian's package, and pins nothing of it", async () => {
    mirror.requests.length = 0
    const { offers, unchanged } = await upgrade(await opened({}, ...PACKAGE))
    expect({ offers, unchanged }).toMatchObject({ offers: [], unchanged: [{ engine: 'consul' }] })
  })

  it('knows the engines of the cluster (ENGINE_UNKNOWN)', async () => {
    const [diagnostic] = await refused(await opened({}), { engine: 'consl' })
    expect(diagnostic).toMatchObject({ code: 'ENGINE_UNKNOWN', fix: 'did you mean consul?' })
  })

  it('changes nothing when the release cannot be had', async () => {
    const cluster = await opened(pinned('1.19.2'))
    const [diagnostic] = await refused(cluster, { engine: 'consul', version: '1.21.0' })
    expect(diagnostic?.code).toBe('RELEASE_MISSING')
    expect(lockNow()).toEqual({ ...EMPTY_LOCK, ...pinned('1.19.2') })
  })

  it('says once that the key of the mirror cannot be read', async () => {
    const cluster = await opened({}, 'releases.key=./gone.asc')
    expect(await refused(cluster, {})).toMatchObject([{ code: 'RELEASE_KEY_UNREADABLE' }])
  })
})

const PACKAGE = ['roles.consul-server.source=package', 'roles.consul-server.unmaintained=accepted']

describe('the version of an engine', () => {
  const wanted = async (lock: Partial<ClusterLock>, ...set: string[]) => {
    const { resolved } = await opened(lock, ...set)
    return wantedVersions(resolved)[0]?.wanted
  }

  it('is what the cluster file says, else what the cluster lock pins, else nothing: then its maker is asked', async () => {
    const written = 'roles.consul-server.version=1.21.0'
    expect(await wanted(pinned('1.18.2'), written)).toBe('1.21.0')
    expect(await wanted(pinned('1.18.2'))).toBe('1.18.2')
    expect(await wanted({})).toBeUndefined()
  })

  it("is Debian's with the package, whatever is pinned of releases", async () => {
    expect(await wanted(pinned('1.18.2'), ...PACKAGE)).toMatch(/^1\.8\./)
  })
})
