/** The index of a maker is signed by nobody: what it may do, and what becomes of each way in which it can be wrong. */
import { hashicorpLayout } from './hashicorp.ts'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ReleaseServer } from '../../test/releases/release-server.ts'
import { zipOf } from '../../test/releases/zip-fixture.ts'
import { ReleaseError } from './release-error.ts'
import { readIndex, type IndexSource } from './release-index.ts'

const PATH = '/engine/index.json'

let server: ReleaseServer

beforeAll(async () => {
  server = await ReleaseServer.start()
})
afterAll(() => server.stop())

beforeEach(async () => {
  server.intercept = () => false
  await rm(dirname(server.indexFile('engine')), { recursive: true, force: true })
  for (const version of ['1.9.4', '1.10.0']) {
    const archives = { amd64: zipOf({ engine: version }), arm: zipOf({ engine: `${version} for arm` }) }
    await server.publish({ product: 'engine', version, archives })
  }
})

const ENGINE = { product: 'engine', known: ['1.9', '1.10'], layout: hashicorpLayout }

async function write(text: string): Promise<void> {
  await mkdir(dirname(server.indexFile('engine')), { recursive: true })
  await writeFile(server.indexFile('engine'), text)
}

async function diagnosticOf(more: Partial<IndexSource> = {}) {
  const error = await readIndex({ base: server.url, ...more }, ENGINE).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ReleaseError)
  return (error as ReleaseError).diagnostic
}

/** An index that says this of one version, in the maker's form. */
const indexOf = (key: string, version: string, builds: object[] = [{ os: 'linux', arch: 'amd64' }]) =>
  JSON.stringify({ name: 'engine', versions: { [key]: { version, builds } } })

describe('the index of a maker', () => {
  it('names what is out and what it is built for, over the network and in a folder', async () => {
    const expected = [
      { version: '1.10.0', architectures: ['amd64', 'arm'] },
      { version: '1.9.4', architectures: ['amd64', 'arm'] },
    ]
    expect(await readIndex({ base: server.url }, ENGINE)).toEqual(expected)
    expect(await readIndex({ base: server.folder }, ENGINE)).toEqual(expected)
  })

  it('is no reason to take a candidate, what others build, or what is for other systems', async () => {
    const builds = [
      { os: 'linux', arch: 'arm64' },
      { os: 'windows', arch: 'amd64' },
    ]
    const versions = Object.fromEntries(
      ['1.2.3', '1.3.0-rc1', '1.2.4+ent', '../../etc'].map((version) => [version, { version, builds }]),
    )
    await write(JSON.stringify({ name: 'engine', versions }))
    expect(await readIndex({ base: server.url }, ENGINE)).toEqual([
      { version: '1.2.3', architectures: ['arm64'] },
    ])
  })

  it('may not be reachable (RELEASE_INDEX_UNREACHABLE)', async () => {
    const gone = await ReleaseServer.start()
    const base = gone.url
    await gone.stop()
    const { code, summary } = await diagnosticOf({ base })
    expect(code).toBe('RELEASE_INDEX_UNREACHABLE')
    expect(summary).toContain(`${base}${PATH} cannot be asked: connect ECONNREFUSED`)
  })

  it('may answer with a failure (RELEASE_INDEX_UNREACHABLE)', async () => {
    server.intercept = (_path, response) => {
      response.writeHead(503).end()
      return true
    }
    expect((await diagnosticOf()).summary).toContain('it answered 503')
  })

  it('may break off (RELEASE_INDEX_UNREACHABLE)', async () => {
    server.intercept = (_path, response) => {
      response.writeHead(200, { 'content-length': 1000 })
      response.write('{"name":', () => response.destroy())
      return true
    }
    expect((await diagnosticOf()).code).toBe('RELEASE_INDEX_UNREACHABLE')
  })

  it.each(['over the network', 'in a folder'])(
    'may not be there %s (RELEASE_INDEX_MISSING)',
    async (where) => {
      await rm(server.indexFile('engine'))
      const base = where === 'in a folder' ? server.folder : server.url
      const { code, summary } = await diagnosticOf({ base })
      expect(code).toBe('RELEASE_INDEX_MISSING')
      expect(summary).toBe(`there is no ${base}${PATH}`)
    },
  )

  it.each([
    ['a page that asks for a login', '<!doctype html><p>Please log in', 'it is not JSON'],
    ['half of one', '{"name":"engine","versions":{"1.2.3":', 'it is not JSON'],
    ['something else in JSON', '[1, 2, 3]', 'the whole of it: '],
    [
      'versions in another form',
      '{"name":"engine","versions":{"1.2.3":{"version":7}}}',
      'versions.1.2.3.version: ',
    ],
    ['that of another product', JSON.stringify({ name: 'other', versions: {} }), 'it is the index of other'],
    [
      'one that says two things of a version',
      indexOf('1.2.3', '9.9.9'),
      'what it says of 1.2.3 is about 9.9.9',
    ],
    ['one without a version', JSON.stringify({ name: 'engine', versions: {} }), 'it names no version at all'],
    ['one with candidates alone', indexOf('1.2.3-rc1', '1.2.3-rc1'), 'it names no version at all'],
  ])('may be %s (RELEASE_INDEX_INVALID)', async (_what, text, reason) => {
    await write(text)
    const { code, why } = await diagnosticOf()
    expect(code).toBe('RELEASE_INDEX_INVALID')
    expect(why).toContain(reason)
  })

  it('may have no end: then it is not read to it (RELEASE_INDEX_TOO_LARGE)', async () => {
    let sent = 0
    server.intercept = (_path, response) => {
      const piece = Buffer.alloc(1024 * 1024, ' ')
      const more = (): void => {
        while (!response.destroyed && response.write(piece)) sent += piece.length
        sent += piece.length
      }
      response.on('drain', more)
      more()
      return true
    }
    expect((await diagnosticOf()).code).toBe('RELEASE_INDEX_TOO_LARGE')
    expect(sent).toBeGreaterThan(32 * 1024 * 1024)
  })

  it('may come drop by drop: then it is not waited for (RELEASE_INDEX_TOO_SLOW)', async () => {
    server.intercept = (_path, response) => {
      const drop = setInterval(() => response.write(' '), 50)
      response.on('close', () => clearInterval(drop))
      return true
    }
    const { code, summary } = await diagnosticOf({ indexSeconds: 1 })
    expect(code).toBe('RELEASE_INDEX_TOO_SLOW')
    expect(summary).toBe(`${server.url}${PATH} was not through after 1 s`)
  })

  it('may say nothing at all (RELEASE_INDEX_UNREACHABLE)', async () => {
    server.intercept = () => true
    const { code, summary } = await diagnosticOf({ silenceSeconds: 1 })
    expect(code).toBe('RELEASE_INDEX_UNREACHABLE')
    expect(summary).toContain('nothing came for 1 s')
  })
})
