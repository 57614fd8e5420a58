/**
 * Asks an agent through its HTTP API: TLS inside the SSH connection of its node, all questions at once over one stream.
 *
 * Every Consul since 1.0 speaks HTTP/2 on its TLS port (Go's net/http; tried with 1.8.7 and 1.19.2), so that a dozen questions
 * cost one round trip.
 */
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Duplex } from 'node:stream'
import type { z } from 'zod'
import type { NodeLink } from '../contract.ts'
import { exchange } from './exchange.ts'
import { API_PORT, LOOPBACK_NAME } from './names.ts'

/** What it takes to be let in. */
export interface ApiAccess {
  /** The certificate authority of the cluster, PEM. */
  readonly authorityPem: string
  /** Secret of the token to ask with; anonymous when left out. */
  readonly token?: string
}

/** An answer. `status` is 0 when there was none. */
export type Reply<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly status: number; readonly problem: string }

/** Something to send along, as JSON or as the bytes themselves. */
export type RequestBody =
  { readonly json: unknown } | { readonly text: string } | { readonly bytes: Uint8Array }

const CONNECT_SECONDS = 15

/** One agent's API. Nothing is rejected: whoever cannot be asked gives a reply that says so. */
export class ConsulApi {
  readonly node: string
  readonly #stream: Promise<Duplex>
  readonly #session: Promise<ClientHttp2Session | string>
  readonly #token: string | undefined

  constructor(link: NodeLink, node: string, access: ApiAccess) {
    this.node = node
    this.#token = access.token
    this.#stream = link.connect(node, API_PORT)
    this.#session = openSession(this.#stream, access.authorityPem)
  }

  /** Reads a path such as `/v1/agent/self`. */
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<Reply<z.output<Schema>>> {
    return this.send('GET', path, schema)
  }

  /** Sends a request and reads its answer as JSON of the given shape. */
  async send<Schema extends z.ZodType>(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    schema: Schema,
    body?: RequestBody,
  ): Promise<Reply<z.output<Schema>>> {
    const session = await this.#session
    if (typeof session === 'string') return { ok: false, status: 0, problem: session }
    const reply = await exchange(session, { method, path, token: this.#token, body })
    return reply.ok ? shaped(reply.value, schema, path) : reply
  }

  /** Does something take connections at the agent's port, whatever it answers? */
  listens(): Promise<boolean> {
    return this.#stream.then(
      () => true,
      () => false,
    )
  }

  /** Ends the connection; questions that are still open fail. */
  async close(): Promise<void> {
    const session = await this.#session
    if (typeof session !== 'string') session.destroy()
  }
}

/** Opens an agent's API, uses it and closes it, whatever happens. */
export async function withApi<Value>(
  link: NodeLink,
  node: string,
  access: ApiAccess,
  use: (api: ConsulApi) => Promise<Value>,
): Promise<Value> {
  const api = new ConsulApi(link, node, access)
  try {
    return await use(api)
  } finally {
    await api.close()
  }
}

async function openSession(
  connecting: Promise<Duplex>,
  authorityPem: string,
): Promise<ClientHttp2Session | string> {
  try {
    const stream = await connecting
    const socket = await secured(stream, authorityPem)
    const session = connectHttp2(`https://${LOOPBACK_NAME}:${API_PORT}`, { createConnection: () => socket })
    // A lost connection shows in the replies that are still open.
    session.on('error', () => undefined)
    return session
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Resolves once the agent has shown a certificate of our authority. */
function secured(stream: Duplex, authorityPem: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      socket: stream,
      servername: LOOPBACK_NAME,
      ca: authorityPem,
      ALPNProtocols: ['h2'],
      minVersion: 'TLSv1.2',
    })
    const refuse = (error: Error): void => {
      clearTimeout(timer)
      socket.destroy()
      stream.destroy()
      reject(error)
    }
    const timer = setTimeout(
      () => refuse(new Error(`no TLS answer within ${CONNECT_SECONDS} seconds`)),
      CONNECT_SECONDS * 1000,
    )
    socket.once('error', refuse)
    socket.once('close', () => refuse(new Error('the connection was closed')))
    socket.once('secureConnect', () => {
      if (socket.alpnProtocol !== 'h2') return refuse(new Error('what answers there is not Consul'))
      clearTimeout(timer)
      socket.removeAllListeners('error').removeAllListeners('close')
      resolve(socket)
    })
  })
}

/**
 * An entry has flags of 64 bits, of which JSON.parse would round the last; so that number becomes a text. Inside of a text of
 * JSON the quotes around the name would be escaped, so nothing else can look like this.
 */
function withWholeFlags(text: string): string {
  return text.replace(/"Flags":\s*(\d{16,})/g, '"Flags":"$1"')
}

function shaped<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  path: string,
): Reply<z.output<Schema>> {
  let value: unknown
  try {
    value = text.trim() === '' ? undefined : JSON.parse(withWholeFlags(text))
  } catch {
    return { ok: false, status: 0, problem: `the answer to ${path} is no JSON` }
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { ok: true, value: parsed.data }
  const [issue] = parsed.error.issues
  return {
    ok: false,
    status: 0,
    problem: `the answer to ${path} has another form: ${issue?.path.join('.')} ${issue?.message}`,
  }
}
