/** A client that writes to Consul's KV store at a steady pace and keeps on trying, as services do. */
import { Agent, request } from 'node:http'
import type { Duplex } from 'node:stream'

/** How one write went. */
export interface Write {
  readonly key: string
  /** From the first attempt to the acknowledgement; undefined when there was none in time. */
  readonly seconds: number | undefined
  readonly attempts: number
}

/** Where to write. */
export interface KvAccess {
  /** Opens a stream to the HTTP port of the local agent. */
  readonly connect: () => Promise<Duplex>
  /** Secret of a token that may write below `bench/`. */
  readonly token: string
}

interface Answer {
  readonly status: number
  readonly body: string
}

const PAUSE_MILLISECONDS = 250
const ATTEMPT_MILLISECONDS = 5000

/** One client of one agent, with connections that it keeps. */
export class KvClient {
  readonly #access: KvAccess
  readonly #agent: Agent

  constructor(access: KvAccess) {
    this.#access = access
    this.#agent = new Agent({ keepAlive: true, maxSockets: 8 })
    this.#agent.createConnection = (_options, created) => {
      access.connect().then(
        (stream) => created?.(null, stream),
        (error: unknown) => created?.(error as Error, undefined as unknown as Duplex),
      )
      return undefined as unknown as Duplex
    }
  }

  /** Sends one request; whatever goes wrong is an answer with status 0. */
  send(method: 'GET' | 'PUT', path: string, body?: string): Promise<Answer> {
    return new Promise((resolve) => {
      const failed = (error: Error): void => resolve({ status: 0, body: error.message })
      const sent = request(
        { agent: this.#agent, method, path, headers: { 'x-consul-token': this.#access.token } },
        (reply) => {
          let text = ''
          reply.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
          reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body: text }))
          reply.on('error', failed)
        },
      )
      sent.setTimeout(ATTEMPT_MILLISECONDS, () => sent.destroy(new Error('no answer in time')))
      sent.on('error', failed)
      sent.end(body)
    })
  }

  /** Writes the key as its own value until that is acknowledged or the time is up. */
  async write(key: string, patienceSeconds: number): Promise<Write> {
    const start = performance.now()
    for (let attempts = 1; ; attempts++) {
      const { status, body } = await this.send('PUT', `/v1/kv/${key}`, key)
      const seconds = (performance.now() - start) / 1000
      if (status === 200 && body.trim() === 'true') return { key, seconds, attempts }
      if (seconds > patienceSeconds) return { key, seconds: undefined, attempts }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
    }
  }

  /** All keys below a prefix that have their own name as value, as the leader knows them. */
  async keysBelow(prefix: string): Promise<ReadonlySet<string>> {
    const { status, body } = await this.send('GET', `/v1/kv/${prefix}?recurse=true&consistent`)
    if (status !== 200) throw new Error(`the keys cannot be read: ${status} ${body}`)
    const entries = JSON.parse(body) as readonly { readonly Key: string; readonly Value: string }[]
    return new Set(
      entries
        .filter(({ Key, Value }) => Buffer.from(Value, 'base64').toString() === Key)
        .map(({ Key }) => Key),
    )
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** Starts a write ten times a second until it is told to stop; then gives all of them. */
export function keepWriting(
  client: KvClient,
  prefix: string,
  patienceSeconds: number,
): () => Promise<readonly Write[]> {
  const writes: Promise<Write>[] = []
  const timer = setInterval(() => {
    writes.push(client.write(`${prefix}${writes.length}`, patienceSeconds))
  }, 100)
  return () => {
    clearInterval(timer)
    return Promise.all(writes)
  }
}
