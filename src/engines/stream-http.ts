/** HTTP/1.1 over one stream that is open already: questions one after the other, each within bounds, because a node may answer anything, endlessly. */
import { Agent, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { heard } from '../support/heard.ts'

/** An answer of whoever is at the other end. */
export interface HttpAnswer {
  readonly status: number
  readonly text: string
}

/** What is asked. */
export interface HttpQuestion {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Goes along as JSON. */
  readonly body?: unknown
}

/** Who is asked. */
export interface StreamHttpOptions {
  /** What stands in the header `host`. */
  readonly host: string
  /** Time for a whole answer: a timeout of silence would never end for one that comes byte by byte. */
  readonly replySeconds: number
}

const MOST_BYTES = 64 << 20

/** Questions over one stream. */
export class StreamHttp {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #stream: Duplex
  readonly #options: StreamHttpOptions

  constructor(stream: Duplex, options: StreamHttpOptions) {
    this.#stream = stream
    this.#options = options
    // What an agent wants of a socket beside its bytes.
    const socket = Object.assign(stream, {
      setKeepAlive: () => socket,
      setNoDelay: () => socket,
      setTimeout: () => socket,
      ref: () => socket,
      unref: () => socket,
    })
    this.#agent.createConnection = () => socket
  }

  /** Asks, and gives back the whole answer, whatever its status. Rejects when there is none. */
  ask({ method, path, headers = {}, body }: HttpQuestion): Promise<HttpAnswer> {
    const { host, replySeconds } = this.#options
    const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const all = {
      host,
      ...headers,
      ...(sent && { 'content-type': 'application/json', 'content-length': String(sent.length) }),
    }
    if (this.#stream.destroyed) return Promise.reject(new Error('the connection was closed'))
    return new Promise((resolve, reject) => {
      const asked = request({ agent: this.#agent, method, path, headers: all }, (answer) => {
        const chunks: Buffer[] = []
        let bytes = 0
        heard(answer).on('data', (chunk: Buffer) => {
          bytes += chunk.length
          chunks.push(chunk)
          if (bytes > MOST_BYTES) asked.destroy(new Error(`an answer of more than ${MOST_BYTES} bytes`))
        })
        answer.on('error', reject)
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        )
      })
      const patience = setTimeout(
        () => asked.destroy(new Error(`no answer within ${replySeconds} seconds`)),
        replySeconds * 1000,
      )
      asked.on('error', reject)
      asked.on('close', () => {
        clearTimeout(patience)
        reject(new Error('the connection was closed'))
      })
      asked.end(sent)
    })
  }

  /** Ends the connection. */
  close(): void {
    this.#agent.destroy()
    this.#stream.destroy()
  }
}
