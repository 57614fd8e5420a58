/** Asks an engine that answers over HTTPS on its node's loopback: TLS inside the SSH connection of the node, one question after the other over one stream. */
import type { z } from 'zod'
import { reasonOf } from '../support/reason.ts'
import { greet } from '../support/shown-certificate.ts'
import type { NodeLink } from './contract.ts'
import { refusal, shaped } from './json-answer.ts'
import { takesConnections } from './opened-api.ts'
import type { Reply } from './steps/reply.ts'
import { StreamHttp } from './stream-http.ts'

/** What it takes to be let in, and how its API is told who asks. */
export interface HttpsAccess {
  /** The certificate authority of the engine, PEM. */
  readonly authorityPem: string
  /** Name in its certificate. */
  readonly name: string
  /** Port on the node's loopback. */
  readonly port: number
  /** Time for a whole answer. */
  readonly replySeconds: number
  /** Header with the secret of the token to ask with; anonymous when left out. */
  readonly headers: Readonly<Record<string, string>>
}

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'
type Opened = StreamHttp | { readonly problem: string; readonly distrusted: boolean }

/** One API. Nothing is rejected: whoever cannot be asked gives a reply that says so. */
export class HttpsApi {
  readonly node: string
  readonly #link: NodeLink
  readonly #access: HttpsAccess
  readonly #opened: Promise<Opened>

  constructor(link: NodeLink, node: string, access: HttpsAccess) {
    this.node = node
    this.#link = link
    this.#access = access
    this.#opened = open(link, node, access)
  }

  /** Reads a path such as `/v1/agent/self`. */
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<Reply<z.output<Schema>>> {
    return this.send('GET', path, schema)
  }

  /** Sends a request, `body` as JSON, and reads its answer as JSON of the given shape. */
  async send<Schema extends z.ZodType>(
    method: Method,
    path: string,
    schema: Schema,
    body?: unknown,
  ): Promise<Reply<z.output<Schema>>> {
    const reply = await this.#ask(method, path, body)
    return reply.ok ? shaped(reply.value, schema, path) : reply
  }

  /** Reads a path whose answer is plain text. */
  getText(path: string): Promise<Reply<string>> {
    return this.#ask('GET', path)
  }

  async #ask(method: Method, path: string, body?: unknown): Promise<Reply<string>> {
    const opened = await this.#opened
    if ('problem' in opened) {
      const { problem, distrusted } = opened
      return { ok: false, status: 0, problem, ...(distrusted && { distrusted }) }
    }
    try {
      const { headers } = this.#access
      const { status, text } = await opened.ask({ method, path, headers, body })
      return status < 200 || status > 299 ? refusal(status, text) : { ok: true, value: text }
    } catch (error) {
      return { ok: false, status: 0, problem: reasonOf(error) }
    }
  }

  /** Does something take connections at the port, whatever it answers? */
  listens(): Promise<boolean> {
    return takesConnections(this.#link, this.node, this.#access.port)
  }

  /** Ends the connection; questions that are still open fail. */
  async close(): Promise<void> {
    const opened = await this.#opened
    if (!('problem' in opened)) opened.close()
  }
}

/** Opens the connection, or says why nothing may be asked over it. */
async function open(link: NodeLink, node: string, access: HttpsAccess): Promise<Opened> {
  const { authorityPem, name, port, replySeconds } = access
  try {
    const { socket, distrust } = await greet(await link.connect(node, port), { name, authorityPem })
    if (distrust === undefined) return new StreamHttp(socket, { host: name, replySeconds })
    socket.destroy()
    return { problem: distrust, distrusted: true }
  } catch (error) {
    return { problem: reasonOf(error), distrusted: false }
  }
}
