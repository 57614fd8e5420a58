/**
 * Asks an agent through its HTTP API: TLS inside the SSH connection of its node, all questions at once over one stream.
 *
 * Every Consul since 1.0 speaks HTTP/2 on its TLS port (Go's net/http; tried with 1.8.7 and 1.19.2), so that a dozen questions
 * cost one round trip.
 */
import { X509Certificate } from 'node:crypto'
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { z } from 'zod'
import { heard } from '../../support/heard.ts'
import { certificateWords, greet, type ShownCertificate } from '../../support/shown-certificate.ts'
import type { NodeLink } from '../contract.ts'
import { shaped } from '../json-answer.ts'
import { takesConnections, usedOnce } from '../opened-api.ts'
import type { Reply } from '../steps/reply.ts'
import { exchange, type RequestBody } from './exchange.ts'
import { API_PORT, LOOPBACK_NAME } from './names.ts'

/** What it takes to be let in. */
export interface ApiAccess {
  /** The certificate authority of the cluster, PEM. */
  readonly authorityPem: string
  /** Secret of the token to ask with; anonymous when left out. */
  readonly token?: string
  /** The one certificate that the agent is to show, PEM; any of the authority will do when left out. */
  readonly certificatePem?: string
}

/** With a token of its own: whatever a node is asked with, it learns. */
export type TokenAccess = ApiAccess & { readonly token: string }

/** An open connection, or why there is none. */
type Opened = ClientHttp2Session | { readonly problem: string; readonly distrusted: boolean }

/** One agent's API. Nothing is rejected: whoever cannot be asked gives a reply that says so. */
export class ConsulApi {
  readonly node: string
  readonly #link: NodeLink
  readonly #session: Promise<Opened>
  readonly #token: string | undefined

  constructor(link: NodeLink, node: string, access: ApiAccess) {
    this.node = node
    this.#token = access.token
    this.#link = link
    this.#session = openSession(link.connect(node, API_PORT), access)
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
    if ('problem' in session) {
      const { problem, distrusted } = session
      return { ok: false, status: 0, problem, ...(distrusted && { distrusted }) }
    }
    const reply = await exchange(session, { method, path, token: this.#token, body })
    return reply.ok ? shaped(withWholeFlags(reply.value), schema, path) : reply
  }

  /** Does something take connections at the agent's port, whatever it answers? */
  listens(): Promise<boolean> {
    return takesConnections(this.#link, this.node, API_PORT)
  }

  /** Ends the connection; questions that are still open fail. */
  async close(): Promise<void> {
    const session = await this.#session
    if (!('problem' in session)) session.destroy()
  }
}

/** Opens an agent's API, uses it and closes it, whatever happens. */
export function withApi<Value>(
  link: NodeLink,
  node: string,
  access: ApiAccess,
  use: (api: ConsulApi) => Promise<Value>,
): Promise<Value> {
  return usedOnce(new ConsulApi(link, node, access), use)
}

/** Opens the connection, or says why nothing may be asked over it. */
async function openSession(connecting: Promise<Duplex>, access: ApiAccess): Promise<Opened> {
  try {
    const stream = await connecting
    const { socket, shown, distrust } = await greet(stream, {
      name: LOOPBACK_NAME,
      authorityPem: access.authorityPem,
      protocols: ['h2'],
    })
    const problem =
      distrust ??
      otherThan(access, shown) ??
      (socket.alpnProtocol === 'h2' ? undefined : 'what answers there is not Consul')
    if (problem !== undefined) {
      socket.destroy()
      return { problem, distrusted: distrust !== undefined }
    }
    // A lost connection shows in the replies that are still open.
    return heard(connectHttp2(`https://${LOOPBACK_NAME}:${API_PORT}`, { createConnection: () => socket }))
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error), distrusted: false }
  }
}

/**
 * An entry has flags of 64 bits, of which JSON.parse would round the last; so that number becomes a text. Inside of a text of
 * JSON the quotes around the name would be escaped, so nothing else can look like this.
 */
function withWholeFlags(text: string): string {
  return text.replace(/"Flags":\s*(\d{16,})/g, '"Flags":"$1"')
}

/** A process may go on with the certificate that it has read before. */
function otherThan({ certificatePem }: ApiAccess, shown: ShownCertificate): string | undefined {
  if (certificatePem === undefined) return undefined
  if (new X509Certificate(certificatePem).fingerprint256 === shown.fingerprint) return undefined
  return `it still shows ${certificateWords(shown)}, and not the one that is installed`
}
