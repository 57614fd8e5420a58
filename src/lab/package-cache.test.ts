import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dropOldPackages, isLasting, keptPath, packageCache } from './package-cache.ts'

const PACKAGE = '/debian/pool/main/c/consul/consul_1.8.7_amd64.deb'

let folder: string
let archive: Server
let cache: Server
let asked: string[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-lab-test-'))
  asked = []
  archive = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url?.includes('missing')) response.writeHead(404)
    else if (request.url?.includes('short')) response.writeHead(200, { 'content-length': 100 })
    if (request.url?.includes('short')) response.write('few', () => response.destroy())
    else response.end(`content of ${request.url}`)
  })
  cache = packageCache(folder)
  await listen(archive)
  await listen(cache)
})

afterEach(() => {
  archive.close()
  cache.close()
  rmSync(folder, { recursive: true })
})

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function fetchThrough(path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const url = `http://127.0.0.1:${portOf(archive)}${path}`
    get({ host: '127.0.0.1', port: portOf(cache), path: url, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    }).on('error', reject)
  })
}

describe('the package cache of a lab', () => {
  it('fetches a package once for nodes that ask at the same time', async () => {
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => fetchThrough(PACKAGE)))
    expect(answers.map((answer) => answer.text)).toEqual(Array(5).fill(`content of ${PACKAGE}`))
    expect(asked).toEqual([PACKAGE])
  })

  it('serves a package that it has without the archive', async () => {
    await fetchThrough(PACKAGE)
    await fetchThrough(PACKAGE)
    expect(asked).toHaveLength(1)
  })

  it('asks the archive each time for what may change', async () => {
    await fetchThrough('/debian/dists/trixie/InRelease')
    await fetchThrough('/debian/dists/trixie/InRelease')
    expect(asked).toHaveLength(2)
  })

  it('passes on that a package is not there, and keeps nothing', async () => {
    expect((await fetchThrough('/debian/pool/missing.deb')).status).toBe(404)
    expect(readdirSync(folder)).toEqual([])
  })

  it('keeps nothing of a package that was cut short', async () => {
    expect((await fetchThrough('/debian/pool/short.deb')).status).toBe(502)
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    expect(files).toEqual([])
  })

  it('says that the archive is down', async () => {
    const port = portOf(archive)
    archive.closeAllConnections()
    await new Promise((resolve) => archive.close(resolve))
    const answer = await new Promise<number>((resolve, reject) => {
      const path = `http://127.0.0.1:${port}${PACKAGE}`
      get({ host: '127.0.0.1', port: portOf(cache), path, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      }).on('error', reject)
    })
    expect(answer).toBe(502)
  })

  it('drops what no node has asked for in two months', async () => {
    const [old, recent] = ['old.deb', 'recent.deb'].map((name) => join(folder, name))
    for (const file of [old, recent]) writeFileSync(file ?? '', 'x')
    const longAgo = new Date(Date.now() - 61 * 86_400_000)
    utimesSync(old ?? '', longAgo, longAgo)
    await dropOldPackages(folder)
    expect([existsSync(old ?? ''), existsSync(recent ?? '')]).toEqual([false, true])
  })
})

describe('a path in the package cache', () => {
  it('never climbs out of the folder', () => {
    const url = new URL('http://a.example/debian/pool/%2e%2e%2f%2e%2e%2fetc/x.deb')
    expect(keptPath('/cache', url)).toBeUndefined()
  })

  it('is lasting only when its content cannot change', () => {
    const hash = 'a'.repeat(64)
    const lasting = [`/debian/pool/a.deb`, `/debian/dists/x/by-hash/SHA256/${hash}`]
    const changing = ['/debian/dists/x/InRelease', '/debian/dists/x/main/binary-amd64/Packages.xz', '/a.deb']
    expect(lasting.every((path) => isLasting(new URL(path, 'http://a')))).toBe(true)
    expect(changing.some((path) => isLasting(new URL(path, 'http://a')))).toBe(false)
  })
})
