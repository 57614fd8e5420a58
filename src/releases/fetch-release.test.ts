import { hashicorpLayout } from './hashicorp.ts'
import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../support/run.ts'
import { fetchRelease, type ReleaseSource } from './fetch-release.ts'
import type { WantedRelease } from './layout.ts'
import { ReleaseError } from './release-error.ts'
import { ReleaseServer, type PublishedRelease } from '../../test/releases/release-server.ts'
import { zipOf } from '../../test/releases/zip-fixture.ts'

const VERSION = '1.19.2'
const wanted: WantedRelease = {
  product: 'consul',
  version: VERSION,
  architecture: 'arm64',
  member: 'consul',
  layout: hashicorpLayout,
}
const LIST = `/consul/${VERSION}/consul_${VERSION}_SHA256SUMS`
const ARCHIVE = `/consul/${VERSION}/consul_${VERSION}_linux_arm64.zip`

let server: ReleaseServer
let scratch = ''
let key: Buffer
let cache = ''
let count = 0

beforeAll(async () => {
  server = await ReleaseServer.start()
  scratch = await mkdtemp(join(tmpdir(), 'bramble-fetching-'))
  key = await readFile(server.keyFile)
})

afterAll(async () => {
  await server.stop()
  await rm(scratch, { recursive: true, force: true })
})

beforeEach(() => {
  count += 1
  server.intercept = () => false
  cache = join(scratch, `cache-${count}`)
})

function publish(archive: Buffer, more: Partial<PublishedRelease> = {}): Promise<void> {
  return server.publish({ product: 'consul', version: VERSION, archives: { arm64: archive }, ...more })
}

const overHttp = (): ReleaseSource => ({ base: server.url, signature: { ending: '.sig', key } })

interface Attempt {
  readonly source?: ReleaseSource
  readonly locked?: string
  readonly release?: WantedRelease
}

/** The diagnostic that a fetch ends with, after checking that nothing was kept. */
async function diagnosticOf({ source = overHttp(), locked, release = wanted }: Attempt = {}) {
  const error = await fetchRelease(release, source, locked, cache).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ReleaseError)
  const kept = await readdir(cache).catch(() => [])
  expect(kept).toEqual([])
  return (error as ReleaseError).diagnostic
}

async function refusal(attempt: Attempt = {}): Promise<string> {
  return (await diagnosticOf(attempt)).code
}

/** The same with a cache on a disk of this size. */
async function onDiskOf(size: string, attempt: Attempt = {}) {
  await mkdir(cache)
  expect((await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', cache])).code).toBe(0)
  try {
    return await diagnosticOf(attempt)
  } finally {
    await run('umount', [cache])
  }
}

describe('fetching a release', () => {
  it('gives the file of the archive, from a web server and from a folder', async () => {
    await publish(zipOf({ consul: 'the program', 'LICENSE.txt': 'words' }))
    const fetched = await fetchRelease(wanted, overHttp(), undefined, cache)
    expect(await readFile(fetched.member.path, 'utf8')).toBe('the program')
    const folder = { ...overHttp(), base: server.folder }
    const again = await fetchRelease(wanted, folder, undefined, join(scratch, `second-${count}`))
    expect(again.member.sha256).toBe(fetched.member.sha256)
  })

  it('asks nobody when the locked archive is in the cache', async () => {
    await publish(zipOf({ consul: 'the program' }))
    const { archiveSha256 } = await fetchRelease(wanted, overHttp(), undefined, cache)
    server.requests.length = 0
    await fetchRelease(wanted, overHttp(), archiveSha256, cache)
    await fetchRelease(wanted, { ...overHttp(), base: 'http://127.0.0.1:1' }, archiveSha256, cache)
    expect(server.requests).toEqual([])
  })

  it('refuses a list that another key signed (RELEASE_SIGNATURE_WRONG)', async () => {
    await publish(zipOf({ consul: 'x' }))
    const vendor = await readFile(new URL('hashicorp.asc', import.meta.url))
    expect(await refusal({ source: { ...overHttp(), signature: { ending: '.sig', key: vendor } } })).toBe(
      'RELEASE_SIGNATURE_WRONG',
    )
  })

  it('refuses a list that was changed after it was signed (RELEASE_SIGNATURE_WRONG)', async () => {
    await publish(zipOf({ consul: 'x' }))
    await writeFile(server.listFile('consul', VERSION), `${'0'.repeat(64)}  other\n`)
    expect(await refusal()).toBe('RELEASE_SIGNATURE_WRONG')
  })

  it('refuses a signature that is none (RELEASE_SIGNATURE_WRONG)', async () => {
    await publish(zipOf({ consul: 'x' }))
    await writeFile(`${server.listFile('consul', VERSION)}.sig`, 'not a signature')
    expect(await refusal()).toBe('RELEASE_SIGNATURE_WRONG')
  })

  it('refuses a list without a signature (RELEASE_MISSING)', async () => {
    await publish(zipOf({ consul: 'x' }))
    await rm(`${server.listFile('consul', VERSION)}.sig`)
    const { code, summary } = await diagnosticOf()
    expect(code).toBe('RELEASE_MISSING')
    expect(summary).toContain(`${LIST}.sig`)
  })

  it('refuses an archive that is not what its list announces (RELEASE_CHECKSUM_WRONG)', async () => {
    await publish(zipOf({ consul: 'something else' }), { announced: { arm64: 'b'.repeat(64) } })
    const { code, why } = await diagnosticOf()
    expect(code).toBe('RELEASE_CHECKSUM_WRONG')
    expect(why).toContain('b'.repeat(64))
  })

  it('refuses an archive of which the mirror has only a part (RELEASE_CHECKSUM_WRONG)', async () => {
    const archive = zipOf({ consul: 'the program' })
    await publish(archive)
    await writeFile(join(server.folder, ARCHIVE), archive.subarray(0, archive.length - 20))
    expect(await refusal()).toBe('RELEASE_CHECKSUM_WRONG')
  })

  it('refuses a download that breaks off (RELEASE_UNREACHABLE)', async () => {
    const archive = zipOf({ consul: 'the program'.repeat(10_000) })
    await publish(archive)
    server.intercept = (path, response) => {
      if (path !== ARCHIVE) return false
      response.writeHead(200, { 'content-length': archive.length })
      response.write(archive.subarray(0, 50_000), () => response.destroy())
      return true
    }
    const { code, summary } = await diagnosticOf()
    expect(code).toBe('RELEASE_UNREACHABLE')
    expect(summary).toContain(ARCHIVE)
  })

  it('does not wait for ever for a mirror that falls silent (RELEASE_UNREACHABLE)', async () => {
    const archive = zipOf({ consul: 'the program'.repeat(10_000) })
    await publish(archive)
    server.intercept = (path, response) => {
      if (path !== ARCHIVE) return false
      response.writeHead(200, { 'content-length': archive.length })
      response.write(archive.subarray(0, 50_000))
      return true
    }
    const { code, summary } = await diagnosticOf({ source: { ...overHttp(), silenceSeconds: 1 } })
    expect(code).toBe('RELEASE_UNREACHABLE')
    expect(summary).toContain('nothing came for 1 s')
  })

  it('refuses a version whose content is not the locked one (RELEASE_CHANGED)', async () => {
    await publish(zipOf({ consul: 'the program' }))
    expect(await refusal({ locked: 'a'.repeat(64) })).toBe('RELEASE_CHANGED')
  })

  it.each(['../../etc/cron.d/x', '/etc/cron.d/x'])(
    'refuses an archive with a path that leaves it: %s (RELEASE_ARCHIVE_UNSAFE)',
    async (path) => {
      await publish(zipOf({ consul: 'the program', [path]: 'evil' }))
      expect(await refusal()).toBe('RELEASE_ARCHIVE_UNSAFE')
    },
  )

  it.each(['nomad', 'vault'])(
    'says for which architectures %s is built, and that 32-bit boards are none of them (RELEASE_NOT_BUILT_FOR)',
    async (product) => {
      const archive = zipOf({ [product]: 'x' })
      await publish(archive, { product, archives: { amd64: archive, arm64: archive } })
      const release = { ...wanted, product, member: product, architecture: 'arm' }
      const { code, summary, why } = await diagnosticOf({ release })
      expect(code).toBe('RELEASE_NOT_BUILT_FOR')
      expect(summary).toBe(`${product} ${VERSION} does not exist for linux arm`)
      expect(why).toContain('amd64, arm64')
    },
  )

  it('says that a mirror does not answer (RELEASE_UNREACHABLE)', async () => {
    expect(await refusal({ source: { ...overHttp(), base: 'http://127.0.0.1:1' } })).toBe(
      'RELEASE_UNREACHABLE',
    )
  })

  it('says why the cache cannot be used (RELEASE_CACHE_UNUSABLE)', async () => {
    await publish(zipOf({ consul: 'the program' }))
    await writeFile(cache, 'a file where the folder should be')
    const { code, why } = await diagnosticOf()
    expect(code).toBe('RELEASE_CACHE_UNUSABLE')
    expect(why).toContain('ENOTDIR')
  })

  describe.runIf(process.getuid?.() === 0)('onto a disk that is full (RELEASE_CACHE_FULL)', () => {
    it('keeps nothing of an archive that does not fit, and names the folder', async () => {
      await publish(zipOf({ consul: 'x'.repeat(4_000_000) }))
      const { code, summary } = await onDiskOf('64k')
      expect(code).toBe('RELEASE_CACHE_FULL')
      expect(summary).toContain(cache)
    })

    it('keeps nothing of an archive that fits and whose program does not', async () => {
      await publish(zipOf({ consul: 'x'.repeat(100_000) }))
      expect((await onDiskOf('160k')).code).toBe('RELEASE_CACHE_FULL')
    })
  })
})
