/** A mirror of releases in the vendor's own layout, with its index, signed with a key of its own: as a folder, and over HTTP on the loopback. */
import { once } from 'node:events'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, normalize } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { builtProgram, ownArchitecture } from '../engines/engine-cache.ts'
import type { Architecture, EngineName } from '../engines/recipes.ts'
import { SigningKey } from './signing-key.ts'
import { zipOf } from './zip-fixture.ts'

/** The vendor's words for architectures. */
const VENDOR_WORDS: Readonly<Record<Architecture, string>> = { amd64: 'amd64', arm64: 'arm64', armv6: 'arm' }

/** One version of a product: its archives by the vendor's word for the architecture. */
export interface PublishedRelease {
  readonly product: string
  readonly version: string
  readonly archives: Readonly<Record<string, Buffer>>
  /** Checksums to announce in place of the true ones, by the same words. */
  readonly announced?: Readonly<Record<string, string>>
}

/** Answers a request in place of the server; false leaves it to the server. */
type Interceptor = (path: string, response: ServerResponse) => boolean

/**
 * `releases: { mirror: SERVER.url, key: SERVER.keyFile }` in a cluster file reaches it; `SERVER.folder` as the mirror
 * reaches the same files without the network.
 */
export class ReleaseServer {
  /** What is served: the vendor's layout. */
  readonly folder: string
  /** Path of the public key that its lists are signed with. */
  readonly keyFile: string
  /** Paths that were asked for, in order. */
  readonly requests: string[] = []
  /** What a test wants to go wrong. */
  intercept: Interceptor = () => false
  readonly #scratch: string
  readonly #key: SigningKey
  readonly #server = createServer((request, response) => void this.#answer(request, response))

  /** Starts an empty one. */
  static async start(): Promise<ReleaseServer> {
    const scratch = await mkdtemp(join(tmpdir(), 'bramble-releases-'))
    const server = new ReleaseServer(scratch, await SigningKey.make(scratch))
    await mkdir(server.folder)
    server.#server.listen(0, '127.0.0.1')
    await once(server.#server, 'listening')
    return server
  }

  private constructor(scratch: string, key: SigningKey) {
    this.#scratch = scratch
    this.#key = key
    this.keyFile = key.publicKeyFile
    this.folder = join(scratch, 'releases')
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Publishes what `npm run engines` has built. Throws when it is not there, and says what to type. */
  async addEngine(
    name: EngineName,
    architectures: readonly Architecture[] = [ownArchitecture()],
  ): Promise<void> {
    const archives: Record<string, Buffer> = {}
    let version = ''
    for (const architecture of architectures) {
      const built = await builtProgram(name, name, architecture)
      if ('lacks' in built) throw new Error(`${name} for ${architecture}: ${built.lacks}`)
      version = built.version
      const content = { [name]: await readFile(built.path), 'LICENSE.txt': 'Built for tests only.\n' }
      archives[VENDOR_WORDS[architecture]] = zipOf(content)
    }
    await this.publish({ product: name, version, archives })
  }

  /** Lays a release down and signs its list; one of the same version is replaced. */
  async publish({ product, version, archives, announced = {} }: PublishedRelease): Promise<void> {
    const folder = join(this.folder, product, version)
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    const lines: string[] = []
    for (const [word, archive] of Object.entries(archives)) {
      const file = `${product}_${version}_linux_${word}.zip`
      await writeFile(join(folder, file), archive)
      lines.push(`${announced[word] ?? createHash('sha256').update(archive).digest('hex')}  ${file}\n`)
    }
    const list = this.listFile(product, version)
    await writeFile(list, lines.join(''))
    await this.#key.sign(list)
    await this.#index(product)
  }

  /** Path of the index of a product, which names everything that was published of it. */
  indexFile(product: string): string {
    return join(this.folder, product, 'index.json')
  }

  /** As the vendor writes it: by version, what was built. */
  async #index(product: string): Promise<void> {
    const folder = join(this.folder, product)
    const versions: Record<string, unknown> = {}
    for (const version of (await readdir(folder)).filter((name) => name !== 'index.json').sort()) {
      const prefix = `${product}_${version}_linux_`
      const archives = (await readdir(join(folder, version))).filter((name) => name.startsWith(prefix))
      const builds = archives.map((filename) => {
        const arch = filename.slice(prefix.length, -'.zip'.length)
        return {
          name: product,
          version,
          os: 'linux',
          arch,
          filename,
          url: `${this.url}/${product}/${version}/${filename}`,
        }
      })
      versions[version] = { name: product, version, shasums: `${product}_${version}_SHA256SUMS`, builds }
    }
    await writeFile(this.indexFile(product), JSON.stringify({ name: product, versions }))
  }

  /** Path of the list of checksums; its signature is beside it, with `.sig` at the end. */
  listFile(product: string, version: string): string {
    return join(this.folder, product, version, `${product}_${version}_SHA256SUMS`)
  }

  /** Ends it and removes what it served. */
  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await this.#key.end()
    await rm(this.#scratch, { recursive: true, force: true })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURI(request.url ?? '/')
    this.requests.push(path)
    if (this.intercept(path, response)) return
    const file = join(this.folder, normalize(path))
    try {
      const { size } = await stat(file)
      response.writeHead(200, { 'content-length': size })
      await pipeline(createReadStream(file), response)
    } catch {
      // Not there, or whoever asked has gone.
      if (response.headersSent) response.destroy()
      else response.writeHead(404).end()
    }
  }
}
