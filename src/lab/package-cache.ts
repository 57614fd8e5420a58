/** A caching HTTP proxy for apt: five nodes that install the same package fetch it once. Started by package-cache-process.ts. */
import { createReadStream, createWriteStream, existsSync, utimesSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { heard } from '../support/heard.ts'
import { reasonOf } from '../support/reason.ts'

const KEEP_DAYS = 60

/** Whether what is at this address never changes: a package has its version in its name, an index by hash its content. */
export function isLasting(url: URL): boolean {
  return /\/pool\/.*\.u?deb$/.test(url.pathname) || /\/by-hash\/SHA256\/[0-9a-f]{64}$/.test(url.pathname)
}

/** Where a lasting file is kept; `undefined` when its path tries to climb out of the folder. */
export function keptPath(folder: string, url: URL): string | undefined {
  const parts = decodeURIComponent(url.pathname).split('/')
  if (parts.includes('..') || parts.some((part) => part.includes('\0'))) return undefined
  return join(folder, url.host, ...parts)
}

/** The proxy. `upstream` is the proxy that this computer's own apt uses, if any. */
export function packageCache(folder: string, upstream?: string): Server {
  const cache = new Cache(folder, upstream)
  const server = createServer((asked, answer) => {
    cache.serve(asked, answer).catch((error: unknown) => refuse(answer, error))
  })
  server.on('connect', tunnel)
  return server
}

class Cache {
  readonly #folder: string
  readonly #upstream: URL | undefined
  /** So that nodes that ask at once wait for one download. */
  readonly #underway = new Map<string, Promise<void>>()

  constructor(folder: string, upstream: string | undefined) {
    this.#folder = folder
    this.#upstream = upstream === undefined ? undefined : new URL(upstream)
  }

  async serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const url = new URL(asked.url ?? '')
    const file = asked.method === 'GET' && isLasting(url) ? keptPath(this.#folder, url) : undefined
    if (file === undefined) return this.#passOn(asked, answer, url)
    if (!existsSync(file)) {
      const fetching =
        this.#underway.get(file) ?? this.#fetchInto(file, url).finally(() => this.#underway.delete(file))
      this.#underway.set(file, fetching)
      await fetching
    }
    const now = new Date()
    utimesSync(file, now, now)
    answer.writeHead(200, { 'content-length': (await stat(file)).size, 'accept-ranges': 'none' })
    await pipeline(createReadStream(file), answer)
  }

  async #fetchInto(file: string, url: URL): Promise<void> {
    const draft = `${file}.${process.pid}.new`
    const got = await this.#open(url, 'GET', {})
    try {
      if (got.statusCode !== 200) throw new UpstreamAnswer(got.statusCode ?? 502)
      await mkdir(dirname(file), { recursive: true })
      await pipeline(got, createWriteStream(draft))
      const promised = got.headers['content-length']
      if (promised !== undefined && Number(promised) !== (await stat(draft)).size) {
        throw new Error(`${url.href} was cut short`)
      }
      await rename(draft, file)
    } finally {
      got.destroy()
      await rm(draft, { force: true })
    }
  }

  async #passOn(asked: IncomingMessage, answer: ServerResponse, url: URL): Promise<void> {
    const { 'proxy-connection': _, connection: __, ...headers } = asked.headers
    const got = await this.#open(url, asked.method ?? 'GET', headers)
    const { connection: ___, 'keep-alive': ____, ...kept } = got.headers
    answer.writeHead(got.statusCode ?? 502, kept)
    await pipeline(got, answer)
  }

  #open(url: URL, method: string, headers: IncomingMessage['headers']): Promise<IncomingMessage> {
    const through = this.#upstream
    return new Promise((resolve, reject) => {
      const asking = request({
        host: (through ?? url).hostname,
        port: (through ?? url).port || 80,
        path: through ? url.href : url.pathname + url.search,
        method,
        headers: { ...headers, host: url.host },
        timeout: 60_000,
      })
      asking.on('response', (got) => resolve(heard(got)))
      asking.on('timeout', () => asking.destroy(new Error(`${url.host} does not answer`)))
      asking.on('error', reject)
      asking.end()
    })
  }
}

class UpstreamAnswer extends Error {
  readonly status: number
  constructor(status: number) {
    super(`the archive answers ${status}`)
    this.status = status
  }
}

function refuse(answer: ServerResponse, error: unknown): void {
  if (answer.headersSent) {
    answer.destroy()
    return
  }
  const status = error instanceof UpstreamAnswer ? error.status : 502
  answer.writeHead(status, { 'content-type': 'text/plain' })
  answer.end(`bramble lab: ${reasonOf(error)}\n`)
}

/** For https archives: only passes bytes, and so keeps nothing. */
function tunnel(asked: IncomingMessage, client: Socket, first: Buffer): void {
  const place = `tcp://${asked.url ?? ''}`
  if (!URL.canParse(place)) {
    client.destroy()
    return
  }
  const target = new URL(place)
  const server = heard(connect(Number(target.port || 443), target.hostname))
  server.on('connect', () => {
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    server.write(first)
    server.pipe(client)
    client.pipe(server)
  })
  server.on('error', () => client.destroy())
  client.on('error', () => server.destroy())
}

/** Removes what no node has asked for in the last {@link KEEP_DAYS} days, and what a crash left half written. */
export async function dropOldPackages(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const file = join(entry.parentPath, entry.name)
    const age = Date.now() - (await stat(file)).mtimeMs
    const limitDays = file.endsWith('.new') ? 1 : KEEP_DAYS
    if (age > limitDays * 86_400_000) await rm(file, { force: true })
  }
}
