import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../support/run.ts'
import { fetchRelease, type ReleaseSource, type WantedRelease } from './fetch-release.ts'
import { ReleaseError } from './release-error.ts'
import { zipOf } from '../../test/releases/zip-fixture.ts'

const VERSION = '1.19.2'
const wanted: WantedRelease = { product: 'consul', version: VERSION, architecture: 'arm64', member: 'consul' }

let scratch = ''
let key: Buffer
let requests: string[] = []
let server: Server
let cache = ''
let mirror = ''
let count = 0

const gpg = (...args: string[]) =>
  run('gpg', ['--homedir', join(scratch, 'gnupg'), '--batch', '--quiet', ...args])
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Lays a release down in the maker's layout and signs its list. */
async function publish(archive: Buffer, announced = sha256(archive), architecture = 'arm64'): Promise<void> {
  const folder = join(mirror, 'consul', VERSION)
  await mkdir(folder, { recursive: true })
  const sums = join(folder, `consul_${VERSION}_SHA256SUMS`)
  await writeFile(join(folder, `consul_${VERSION}_linux_${architecture}.zip`), archive)
  await writeFile(sums, `${announced}  consul_${VERSION}_linux_${architecture}.zip\n`)
  const signed = await gpg('--yes', '--detach-sign', '--output', `${sums}.sig`, sums)
  expect(signed.stderr).toBe('')
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'bramble-releases-'))
  await mkdir(join(scratch, 'gnupg'), { mode: 0o700 })
  const made = await gpg(
    '--passphrase',
    '',
    '--quick-generate-key',
    'Lab releases <lab@example.net>',
    'ed25519',
    'sign',
  )
  expect(made.code).toBe(0)
  key = (await gpg('--armor', '--export')).stdout
  server = createServer((request, response) => {
    requests.push(request.url ?? '')
    readFile(join(mirror, decodeURI(request.url ?? ''))).then(
      (bytes) => response.end(bytes),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  await gpg('--version')
  await run('gpgconf', ['--homedir', join(scratch, 'gnupg'), '--kill', 'all'])
  await new Promise((resolve) => server.close(resolve))
  await rm(scratch, { recursive: true, force: true })
})

beforeEach(async () => {
  count += 1
  requests = []
  cache = join(scratch, `cache-${count}`)
  mirror = join(scratch, `mirror-${count}`)
  await mkdir(mirror)
})

const overHttp = (): ReleaseSource => ({
  base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  signatureEnding: '.sig',
  key,
})

/** The code of the diagnostic that a fetch ends with, after checking that nothing was kept. */
async function refusal(source = overHttp(), locked?: string, release = wanted): Promise<string> {
  const error = await fetchRelease(release, source, locked, cache).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ReleaseError)
  const kept = await readdir(cache).catch(() => [])
  expect(kept).toEqual([])
  return (error as ReleaseError).diagnostic.code
}

describe('fetching a release', () => {
  it('gives the file of the archive, from a web server and from a folder', async () => {
    await publish(zipOf({ consul: 'the program', 'LICENSE.txt': 'words' }))
    const fetched = await fetchRelease(wanted, overHttp(), undefined, cache)
    expect(await readFile(fetched.member.path, 'utf8')).toBe('the program')
    const folder = { ...overHttp(), base: mirror }
    const again = await fetchRelease(wanted, folder, undefined, join(scratch, `second-${count}`))
    expect(again.member.sha256).toBe(fetched.member.sha256)
  })

  it('asks nobody when the locked archive is in the cache', async () => {
    await publish(zipOf({ consul: 'the program' }))
    const { archiveSha256 } = await fetchRelease(wanted, overHttp(), undefined, cache)
    requests = []
    await fetchRelease(wanted, { ...overHttp(), base: 'http://127.0.0.1:1' }, archiveSha256, cache)
    expect(requests).toEqual([])
  })

  it('refuses a list that another key signed (RELEASE_SIGNATURE_WRONG)', async () => {
    await publish(zipOf({ consul: 'x' }))
    const vendor = await readFile(new URL('hashicorp.asc', import.meta.url))
    expect(await refusal({ ...overHttp(), key: vendor })).toBe('RELEASE_SIGNATURE_WRONG')
  })

  it('refuses a list that was changed after it was signed (RELEASE_SIGNATURE_WRONG)', async () => {
    await publish(zipOf({ consul: 'x' }))
    await writeFile(
      join(mirror, `consul/${VERSION}/consul_${VERSION}_SHA256SUMS`),
      `${'0'.repeat(64)}  other\n`,
    )
    expect(await refusal()).toBe('RELEASE_SIGNATURE_WRONG')
  })

  it('refuses a list without a signature (RELEASE_UNREACHABLE)', async () => {
    await publish(zipOf({ consul: 'x' }))
    await rm(join(mirror, `consul/${VERSION}/consul_${VERSION}_SHA256SUMS.sig`))
    expect(await refusal()).toBe('RELEASE_UNREACHABLE')
  })

  it('refuses an archive that was cut short (RELEASE_CHECKSUM_WRONG)', async () => {
    const archive = zipOf({ consul: 'the program' })
    await publish(archive.subarray(0, archive.length - 20), sha256(archive))
    expect(await refusal()).toBe('RELEASE_CHECKSUM_WRONG')
  })

  it('refuses a version whose content is not the locked one (RELEASE_CHANGED)', async () => {
    await publish(zipOf({ consul: 'the program' }))
    expect(await refusal(overHttp(), 'a'.repeat(64))).toBe('RELEASE_CHANGED')
  })

  it('refuses an archive with a path that climbs out (RELEASE_ARCHIVE_UNSAFE)', async () => {
    await publish(zipOf({ consul: 'the program', '../../etc/cron.d/x': 'evil' }))
    expect(await refusal()).toBe('RELEASE_ARCHIVE_UNSAFE')
  })

  it('says for which architectures a product is built (RELEASE_NOT_BUILT_FOR)', async () => {
    await publish(zipOf({ consul: 'x' }))
    expect(await refusal(overHttp(), undefined, { ...wanted, architecture: 'arm' })).toBe(
      'RELEASE_NOT_BUILT_FOR',
    )
  })

  it('says that a mirror does not answer (RELEASE_UNREACHABLE)', async () => {
    expect(await refusal({ ...overHttp(), base: 'http://127.0.0.1:1' })).toBe('RELEASE_UNREACHABLE')
  })

  it.runIf(process.getuid?.() === 0)(
    'says that the cache is full and keeps nothing (RELEASE_CACHE_FULL)',
    async () => {
      await publish(zipOf({ consul: 'x'.repeat(4_000_000) }))
      await mkdir(cache)
      expect((await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', cache])).code).toBe(0)
      try {
        expect(await refusal()).toBe('RELEASE_CACHE_FULL')
      } finally {
        await run('umount', [cache])
      }
    },
  )
})
