/** Makers lay their releases out in different ways; each is fetched, refused where it cannot be trusted, and asked what is out. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { packTar, type TarEntry } from 'modern-tar'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ReleaseServer } from '../../test/releases/release-server.ts'
import { fetchRelease, offeredSha256 } from './fetch-release.ts'
import { githubIndex } from './index-sorts/github.ts'
import { stableText } from './index-sorts/stable-text.ts'
import type { ReleaseLayout, WantedRelease } from './layout.ts'
import { versionsInFolder } from './on-hand.ts'
import { ReleaseError } from './release-error.ts'
import { readIndex } from './release-index.ts'

/** As Traefik has it: an archive, unsigned checksums beside it. */
const packed: ReleaseLayout = {
  base: 'https://github.com',
  file: ({ product, version, architecture }) =>
    `acme/${product}/releases/download/v${version}/${product}_v${version}_linux_${architecture}.tar.gz`,
  packed: 'tar.gz',
  sums: ({ product, version }) =>
    `acme/${product}/releases/download/v${version}/${product}_v${version}_checksums.txt`,
  index: githubIndex({
    project: 'acme/proxy',
    architectureOf: (file) => /_linux_(.+)\.tar\.gz$/.exec(file)?.[1],
  }),
}
/** As Kubernetes has it, without its checksums: the program itself. */
const bare: ReleaseLayout = {
  base: 'https://dl.example.net',
  file: ({ product, version, architecture }) => `release/v${version}/bin/linux/${architecture}/${product}`,
  packed: 'bare',
  index: stableText(['amd64', 'arm64']),
}
const proxy = (member = 'bin/proxy'): WantedRelease => ({
  product: 'proxy',
  version: '3.7.11',
  architecture: 'arm64',
  member,
  layout: packed,
})
const kube: WantedRelease = {
  product: 'kubectl',
  version: '1.35.8',
  architecture: 'arm64',
  member: 'kubectl',
  layout: bare,
}
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

let server: ReleaseServer
let scratch = ''
let cache = ''
let count = 0
beforeAll(async () => {
  server = await ReleaseServer.start()
  scratch = await mkdtemp(join(tmpdir(), 'bramble-layouts-'))
})
afterAll(async () => {
  await server.stop()
  await rm(scratch, { recursive: true, force: true })
})
beforeEach(async () => {
  count += 1
  cache = join(scratch, `cache-${count}`)
  await rm(server.folder, { recursive: true, force: true })
  server.requests.length = 0
})

function lay(path: string, content: Buffer | string): void {
  const file = join(server.folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

/** An archive with its checksum; another one may be announced. */
async function layProxy(entries: readonly TarEntry[], announced?: string): Promise<void> {
  const archive = gzipSync(await packTar(entries))
  const path = packed.file(proxy())
  lay(path, archive)
  lay(packed.sums?.(proxy()) ?? '', `${announced ?? sha256(archive)}  ./${path.split('/').at(-1)}\n`)
}

const source = () => ({ base: server.url })
const fileOf = (name: string, body: string): TarEntry => ({ header: { name, size: body.length }, body })

async function refusal(wanted: WantedRelease, locked?: string): Promise<ReleaseError> {
  const error = await fetchRelease(wanted, source(), locked, cache).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ReleaseError)
  expect(await readdir(cache).catch(() => [])).toEqual([])
  return error as ReleaseError
}

describe('an archive of tar and gzip with checksums', () => {
  it('gives its file, also out of a folder, and asks nobody the second time', async () => {
    await layProxy([fileOf('./LICENSE', 'words'), fileOf('./bin/proxy', 'the program')])
    const { member, archiveSha256 } = await fetchRelease(proxy(), source(), undefined, cache)
    expect(await readFile(member.path, 'utf8')).toBe('the program')
    server.requests.length = 0
    await fetchRelease(proxy(), source(), archiveSha256, cache)
    expect(server.requests).toEqual([])
  })

  it('is refused where its checksum is another one, or none is announced', async () => {
    await layProxy([fileOf('bin/proxy', 'x')], 'd'.repeat(64))
    expect((await refusal(proxy())).diagnostic.code).toBe('RELEASE_CHECKSUM_WRONG')
    const other = await refusal({ ...proxy(), architecture: 'armv7' })
    expect(other.diagnostic).toMatchObject({
      code: 'RELEASE_NOT_BUILT_FOR',
      why: 'its maker built it for arm64 only',
    })
    await layProxy([fileOf('bin/proxy', 'x')])
    expect((await refusal(proxy(), 'e'.repeat(64))).diagnostic.code).toBe('RELEASE_CHANGED')
  })

  it.each([
    ['climbs out', [fileOf('bin/proxy', 'x'), fileOf('../../etc/cron.d/x', 'evil')], /cron\.d/],
    ['is absolute', [fileOf('bin/proxy', 'x'), fileOf('/etc/cron.d/x', 'evil')], /cron\.d/],
    ['lacks the file', [fileOf('proxy', 'x')], /there is no bin\/proxy in it/],
    [
      'has a link in its place',
      [{ header: { name: 'bin/proxy', size: 0, type: 'symlink', linkname: '/etc/shadow' } }],
      /bin\/proxy is no file in it/,
    ],
  ] as const)('is refused when it %s', async (_, entries, says) => {
    await layProxy(entries)
    const { diagnostic } = await refusal(proxy())
    expect(diagnostic.code).toBe('RELEASE_ARCHIVE_UNSAFE')
    expect(diagnostic.summary).toMatch(says)
  })

  it('is refused when it is cut short or is none', async () => {
    const archive = gzipSync(await packTar([fileOf('bin/proxy', 'x'.repeat(5000))]))
    for (const broken of [archive.subarray(0, 40), Buffer.from('no archive')]) {
      lay(packed.file(proxy()), broken)
      const name = packed.file(proxy()).split('/').at(-1)
      lay(packed.sums?.(proxy()) ?? '', `${sha256(broken)} *${name}\n`)
      expect((await refusal(proxy())).diagnostic.code).toBe('RELEASE_ARCHIVE_UNSAFE')
    }
  })
})

describe('a bare program without checksums', () => {
  it('is pinned as it is first seen, and refused when it is another one later', async () => {
    lay(bare.file(kube), 'the program')
    const { member, archiveSha256 } = await fetchRelease(kube, source(), undefined, cache)
    expect(await readFile(member.path, 'utf8')).toBe('the program')
    expect([archiveSha256, member.sha256]).toEqual(Array(2).fill(sha256(Buffer.from('the program'))))
    expect(await offeredSha256(kube, source(), cache)).toBe(archiveSha256)
    cache = join(scratch, `other-${count}`)
    lay(bare.file(kube), 'another program')
    expect((await refusal(kube, archiveSha256)).diagnostic.code).toBe('RELEASE_CHANGED')
  })

  it('may not be there', async () => {
    expect((await refusal(kube)).diagnostic.code).toBe('RELEASE_MISSING')
  })
})

describe('what is out', () => {
  const out = (layout: ReleaseLayout, product: string) =>
    readIndex(source(), { product, known: ['1.34', '1.35', '1.36'], layout })

  it('is told by the releases of a project: no drafts, no candidates', async () => {
    const release = (tag_name: string, more: object = {}) => ({
      tag_name,
      draft: false,
      prerelease: false,
      assets: ['arm64.tar.gz', 'amd64.tar.gz', 'amd64.tar.gz.sbom'].map((ending) => ({
        name: `proxy_${tag_name}_linux_${ending}`,
      })),
      ...more,
    })
    const all = [
      release('v3.8.0-rc1'),
      release('v3.7.12', { draft: true }),
      release('v3.7.11'),
      release('nightly', { prerelease: true }),
    ]
    lay('repos/acme/proxy/releases?per_page=100', JSON.stringify(all))
    expect(await out(packed, 'proxy')).toEqual([{ version: '3.7.11', architectures: ['arm64', 'amd64'] }])
    lay('repos/acme/proxy/releases?per_page=100', '{"message":"API rate limit exceeded"}')
    await expect(out(packed, 'proxy')).rejects.toThrow(/per_page=100/)
  })

  it('is told line by line in files of text, of which some may be missing, and not all', async () => {
    await expect(out(bare, 'kubectl')).rejects.toThrow(/stable-1\.34\.txt/)
    lay('release/stable-1.35.txt', 'v1.35.8\n')
    lay('release/stable-1.36.txt', 'v1.36.4')
    const architectures = ['amd64', 'arm64']
    expect(await out(bare, 'kubectl')).toEqual([
      { version: '1.35.8', architectures },
      { version: '1.36.4', architectures },
    ])
    lay('release/stable-1.36.txt', '<html>')
    await expect(out(bare, 'kubectl')).rejects.toThrow(/stable-1\.36\.txt/)
  })

  it('is found in the folder of a mirror in each layout', async () => {
    await layProxy([fileOf('bin/proxy', 'x')])
    lay(bare.file(kube), 'x')
    const found = await Promise.all(
      [proxy(), kube].map((one) => versionsInFolder(server.folder, one, ['arm64', 'amd64'])),
    )
    expect(found.flat().map(({ version, architectures }) => [version, architectures])).toEqual([
      ['3.7.11', ['arm64']],
      ['1.35.8', ['arm64']],
    ])
  })
})
