/** Which version a cluster begins with: asked of a real mirror, and what happens when that cannot be asked. */
import { hashicorpLayout } from '../releases/hashicorp.ts'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { ReleaseServer } from '../../test/releases/release-server.ts'
import { zipOf } from '../../test/releases/zip-fixture.ts'
import type { EngineLines } from '../releases/engine-lines.ts'
import { fetchRelease, type ReleaseSource } from '../releases/fetch-release.ts'
import { ReleaseError } from '../releases/release-error.ts'
import { supportDates, type SupportDates } from '../releases/support.ts'
import { cacheFolder } from '../support/cache-folder.ts'
import { decideVersion, type Undecided } from './decide-versions.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { openCluster } from '../api/open.ts'
import { prepare } from '../api/run/prepare.ts'

const TODAY = new Date('2026-11-29T12:00:00Z')

/** An engine that does not exist: nothing that is decided here is about Consul. */
const lines: EngineLines = {
  layout: hashicorpLayout,
  product: 'engine',
  title: 'Engine',
  maker: 'Maker',
  known: ['1.0', '1.1', '1.2'],
  withdrawn: [{ version: '1.2.5', source: 'https://maker.example/withdrawn' }],
  holes: [
    {
      id: 'CVE-0000-1',
      mended: ['1.2.2'],
      means: 'anybody may do anything',
      breaksPromise: true,
      source: 'https://maker.example/1',
    },
  ],
  path: { linesPerStep: 1, stops: [], source: 'https://maker.example/upgrade' },
}

const dates: SupportDates = {
  date: '2026-11-01',
  source: 'a test',
  products: {
    engine: {
      title: 'Engine',
      lines: [
        { line: '1.3' },
        { line: '1.2', newest: '1.2.4' },
        { line: '1.1' },
        { line: '1.0', ends: '2026-06-30' },
      ],
    },
  },
}

let mirror: ReleaseServer

beforeAll(async () => {
  mirror = await ReleaseServer.start()
})
afterAll(() => mirror.stop())

beforeEach(async () => {
  mirror.intercept = () => false
  mirror.requests.length = 0
  await rm(join(mirror.folder, 'engine'), { recursive: true, force: true })
  const cache = mkdtempSync(join(tmpdir(), 'bramble-deciding-'))
  vi.stubEnv('XDG_CACHE_HOME', cache)
  return () => {
    vi.unstubAllEnvs()
    rmSync(cache, { recursive: true })
  }
})

/** Publishes versions for both architectures. */
async function publish(...versions: string[]): Promise<void> {
  for (const version of versions) await publishFor(version, 'amd64', 'arm')
}

async function publishFor(version: string, ...words: string[]): Promise<void> {
  const archives = Object.fromEntries(
    words.map((word) => [word, zipOf({ engine: `${version} for ${word}` })]),
  )
  await mirror.publish({ product: 'engine', version, archives })
}

const over = (base: string): ReleaseSource => ({
  base,
  signature: { ending: '.sig', key: readFileSync(mirror.keyFile) },
})

function decide(base = mirror.url, more: Partial<Undecided> = {}, by = dates) {
  const sources = () => Promise.resolve(over(base))
  return decideVersion(
    { lines, architectures: ['amd64', 'arm'], ...more },
    { sources, dates: by, today: TODAY },
  )
}

async function refusal(...args: Parameters<typeof decide>) {
  const error = await decide(...args).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ReleaseError)
  return (error as ReleaseError).diagnostic
}

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9'

async function fetched(version: string): Promise<void> {
  for (const architecture of ['amd64', 'arm']) {
    const wanted = { product: 'engine', version, architecture, member: 'engine', layout: hashicorpLayout }
    await fetchRelease(wanted, over(mirror.url), undefined, cacheFolder('releases'))
  }
}

describe('a version that nothing says yet', () => {
  it('is the newest patch of the newest line that is known and supported', async () => {
    await publish('1.0.9', '1.1.30', '1.2.3', '1.2.4')
    expect(await decide()).toEqual({ version: '1.2.4', sums: {}, notices: [] })
    expect(mirror.requests).toEqual(['/engine/index.json'])
  })

  it('is none that was taken back, and none that breaks what is promised', async () => {
    await publish('1.1.30', '1.2.1', '1.2.5')
    // 1.1 never got a mended version, so that it has the weakness as well.
    expect((await refusal()).code).toBe('RELEASE_INDEX_WITHOUT_LINE')
    await publish('1.2.2')
    expect((await decide()).version).toBe('1.2.2')
  })

  it('is of no line that nobody here knows, which is told (ENGINE_LINE_NEWER)', async () => {
    await publish('1.2.4', '1.3.0')
    const { version, notices } = await decide()
    expect(version).toBe('1.2.4')
    expect(notices).toMatchObject([{ code: 'ENGINE_LINE_NEWER', severity: 'warning' }])
    expect(notices[0]?.summary).toContain('Engine 1.3.0 is out')
  })

  it('is of no line whose support has ended; without one there is no version (RELEASE_INDEX_WITHOUT_LINE)', async () => {
    await publish('1.0.9')
    const { code, why } = await refusal()
    expect(code).toBe('RELEASE_INDEX_WITHOUT_LINE')
    expect(why).toContain('supported: 1.1, 1.2; the newest version there is 1.0.9')
  })

  it('is built for all boards: an older patch when the newest is not, which is told (RELEASE_PASSED_OVER)', async () => {
    await publish('1.2.3')
    await publishFor('1.2.4', 'amd64')
    const { version, notices } = await decide()
    expect(version).toBe('1.2.3')
    expect(notices.map(({ code }) => code)).toContain('RELEASE_PASSED_OVER')
    expect(notices[0]?.summary).toBe('Engine 1.2.4 is not there for linux arm')
    expect((await decide(mirror.url, { architectures: ['amd64'] })).version).toBe('1.2.4')
  })

  it('is none when no version is built for a board (RELEASE_NOT_BUILT_FOR)', async () => {
    await publishFor('1.2.4', 'amd64')
    const { code, summary, why } = await refusal()
    expect([code, summary]).toEqual(['RELEASE_NOT_BUILT_FOR', 'engine 1.2.4 does not exist for linux arm'])
    expect(why).toContain('amd64')
  })

  it('is told to be old when a newer one was seen elsewhere: the mirror may hold it back (RELEASE_INDEX_OLD)', async () => {
    await publish('1.2.3')
    const { version, notices } = await decide()
    expect(version).toBe('1.2.3')
    expect(notices).toMatchObject([{ code: 'RELEASE_INDEX_OLD', severity: 'warning' }])
    expect(notices[0]?.summary).toContain('does not know Engine 1.2.4')
  })
})

describe('a version when its maker cannot be asked', () => {
  it('is the newest that was fetched before, with its age and its checksums (RELEASE_ON_HAND)', async () => {
    await publish('1.1.30', '1.2.3', '1.2.4')
    await fetched('1.1.30')
    await fetched('1.2.3')
    const later = new Date(Date.now() + 43 * 24 * 60 * 60 * 1000)
    const sources = () => Promise.resolve(over(NOWHERE))
    const undecided = { lines, architectures: ['amd64', 'arm'] }
    const { version, sums, notices } = await decideVersion(undecided, { sources, dates, today: later })
    expect(version).toBe('1.2.3')
    expect(Object.keys(sums).sort()).toEqual(['amd64', 'arm'])
    expect(notices).toMatchObject([{ code: 'RELEASE_ON_HAND', severity: 'warning' }])
    expect(notices[0]?.summary).toBe(
      'Engine 1.2.3 is the newest that was fetched before, there since 43 days',
    )
    expect(notices[0]?.why).toContain(`${NOWHERE}/engine/index.json cannot be asked`)
  })

  it('is the newest in the folder of a mirror that has no index', async () => {
    await publish('1.2.3', '1.2.4')
    await rm(mirror.indexFile('engine'))
    const { version, notices } = await decide(mirror.folder)
    expect(version).toBe('1.2.4')
    expect(notices[0]?.summary).toContain(`the newest in ${mirror.folder}, there since `)
    expect(notices[0]?.why).toContain(`there is no ${mirror.folder}/engine/index.json`)
  })

  it('is one whose support has ended when there is no better one on hand', async () => {
    await publish('1.2.4')
    await fetched('1.2.4')
    const ended: SupportDates = {
      ...dates,
      products: { engine: { title: 'Engine', lines: [{ line: '1.2', ends: '2026-01-01' }] } },
    }
    expect((await decide(NOWHERE, {}, ended)).version).toBe('1.2.4')
  })

  it('does not exist when only a part of it was fetched, or nothing: the way out is told', async () => {
    expect(await refusal(NOWHERE)).toMatchObject({ code: 'RELEASE_INDEX_UNREACHABLE' })
    await publish('1.2.4')
    const wanted = {
      product: 'engine',
      version: '1.2.4',
      architecture: 'arm',
      member: 'engine',
      layout: hashicorpLayout,
    }
    await fetchRelease(wanted, over(mirror.url), undefined, cacheFolder('releases'))
    const { code, fix } = await refusal(NOWHERE)
    expect(code).toBe('RELEASE_INDEX_UNREACHABLE')
    expect(fix).toContain('releases.mirror')
    expect((await decide(NOWHERE, { architectures: ['arm'] })).version).toBe('1.2.4')
  })

  it('is no other one when an index answers and leads to a release that is not there', async () => {
    await publish('1.2.4')
    await rm(mirror.listFile('engine', '1.2.4'))
    const { version } = await decide()
    const wanted = {
      product: 'engine',
      version,
      architecture: 'arm',
      member: 'engine',
      layout: hashicorpLayout,
    }
    const error = await fetchRelease(wanted, over(mirror.url), undefined, cacheFolder('releases')).catch(
      (thrown: unknown) => thrown,
    )
    expect((error as ReleaseError).diagnostic.code).toBe('RELEASE_MISSING')
  })
})

describe('a run over a cluster of which nothing says the version', () => {
  async function opened(releases: string, options = '') {
    const folder = mkdtempSync(join(tmpdir(), 'bramble-first-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(
      join(folder, 'cluster.yaml'),
      `cluster: office
domain: office.example.net
nodes:
  hammond: { address: 192.0.2.10, model: pi4, memory: 4GiB, architecture: arm64 }
roles:
  consul-server: { on: [hammond]${options} }
releases: ${releases}
`,
    )
    const result = await openCluster({ folder, lab: true })
    if (!('cluster' in result)) throw new Error(JSON.stringify(result.diagnostics))
    return result.cluster
  }

  const fromMirror = () => `{ mirror: '${mirror.url}', key: ${mirror.keyFile} }`
  const noFacts = () => Promise.resolve(new Map<string, Readonly<Record<string, string>>>())
  const agreed = () => Promise.resolve([])
  const newest = supportDates().products['consul']?.lines[0]?.newest ?? ''

  async function publishConsul(...versions: string[]): Promise<void> {
    await rm(join(mirror.folder, 'consul'), { recursive: true, force: true })
    for (const version of versions) {
      const archives = { arm64: zipOf({ consul: version }), amd64: zipOf({ consul: version }) }
      await mirror.publish({ product: 'consul', version, archives })
    }
  }

  it('asks once, fetches it, and pins it with its checksum', async () => {
    await publishConsul('1.22.7', newest)
    const { lock, notices } = await prepare(await opened(fromMirror()), {}, 'create', noFacts, agreed)
    expect(lock.releases['consul']?.version).toBe(newest)
    expect(Object.values(lock.releases['consul']?.sums ?? {})).toEqual([
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ])
    expect(notices.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(mirror.requests.filter((path) => path.endsWith('index.json'))).toHaveLength(1)
  })

  it('asks nobody when the cluster lock pins one, whatever is out', async () => {
    await publishConsul('1.22.7', newest)
    const pinned = 'version: 1\nreleases: { consul: { version: 1.22.7, sums: {} } }\n'
    const { lock } = await prepare(await openedInLab(pinned), {}, 'create', noFacts, agreed)
    expect(lock.releases['consul']?.version).toBe('1.22.7')
    expect(mirror.requests.filter((path) => path.endsWith('index.json'))).toEqual([])
  })

  it('asks nobody for who only looks', async () => {
    await publishConsul(newest)
    const { program } = await prepare(await opened(fromMirror()), {}, 'read', noFacts, 'here')
    expect(program('hammond').node).toBe('hammond')
    expect(mirror.requests).toEqual([])
  })

  it('refuses a step that is too far before anything is fetched for it', async () => {
    await publishConsul('1.19.2')
    const cluster = await openedInLab(
      'version: 1\nrunning: { consul: 1.8.7 }\nsecrets: {}\n',
      ', version: 1.19.2',
    )
    const objection = { code: 'NO', severity: 'error' as const, summary: 'no', why: 'no', fix: 'no' }
    const error = await prepare(cluster, {}, 'create', noFacts, () => Promise.resolve([objection])).catch(
      (thrown: unknown) => thrown,
    )
    expect((error as DiagnosticsError).diagnostics).toEqual([objection])
    expect(mirror.requests).toEqual([])
  })

  it('refuses a version that breaks what is promised before anything is fetched (ENGINE_VERSION_UNSAFE)', async () => {
    await publishConsul('1.10.1')
    const error = await prepare(
      await opened(fromMirror(), ', version: 1.10.1'),
      {},
      'create',
      noFacts,
      agreed,
    ).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DiagnosticsError)
    expect((error as DiagnosticsError).diagnostics).toMatchObject([
      { code: 'ENGINE_VERSION_UNSAFE', where: { line: 6 } },
    ])
    expect(mirror.requests).toEqual([])
    const accepted = await opened(fromMirror(), ', version: 1.10.1, unmaintained: accepted')
    const { notices } = await prepare(accepted, {}, 'create', noFacts, agreed)
    expect(notices.map(({ code }) => code)).toContain('ENGINE_VERSION_UNSAFE_ACCEPTED')
  })

  /** The lock of the twin lies in the folder of the lab. */
  async function openedInLab(lock: string, options = '') {
    const cluster = await opened(fromMirror(), options)
    mkdirSync(dirname(cluster.paths.lockFile), { recursive: true })
    writeFileSync(cluster.paths.lockFile, lock)
    const again = await openCluster({ folder: cluster.folder, lab: true })
    if (!('cluster' in again)) throw new Error(JSON.stringify(again.diagnostics))
    return again.cluster
  }
})
