/** Asks an agent through its HTTP API: TLS inside the SSH connection of its node, one question after the other over one stream. */
import type { z } from 'zod'
import { heard } from '../../support/heard.ts'
import { reasonOf } from '../../support/reason.ts'
import { greet } from '../../support/shown-certificate.ts'
import type { NodeLink } from '../contract.ts'
import { refusal, shaped } from '../json-answer.ts'
import type { Reply } from '../steps/reply.ts'
import { StreamHttp } from '../stream-http.ts'
import { LOOPBACK_NAME } from './names.ts'

/** A question without a leader is answered after seconds. */
const REPLY_SECONDS = 20

/** What it takes to be let in. */
export interface ApiAccess {
  /** The certificate authority of Nomad, PEM. */
  readonly authorityPem: string
  /** Secret of the token to ask with; anonymous when left out. */
  readonly token?: string
  /** Port of the agent on the node's loopback. */
  readonly port: number
}

type Opened = StreamHttp | { readonly problem: string; readonly distrusted: boolean }

/** One agent's API. Nothing is rejected: whoever cannot be asked gives a reply that says so. */
export class NomadApi {
  readonly node: string
  readonly #link: NodeLink
  readonly #access: ApiAccess
  readonly #opened: Promise<Opened>

  constructor(link: NodeLink, node: string, access: ApiAccess) {
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
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    schema: Schema,
    body?: unknown,
  ): Promise<Reply<z.output<Schema>>> {
    const opened = await this.#opened
    if ('problem' in opened) {
      const { problem, distrusted } = opened
      return { ok: false, status: 0, problem, ...(distrusted && { distrusted }) }
    }
    const { token } = this.#access
    try {
      const headers = token === undefined ? {} : { 'x-nomad-token': token }
      const { status, text } = await opened.ask({ method, path, headers, body })
      return status < 200 || status > 299 ? refusal(status, text) : shaped(text, schema, path)
    } catch (error) {
      return { ok: false, status: 0, problem: reasonOf(error) }
    }
  }

  /** Does something take connections at the agent's port, whatever it answers? */
  listens(): Promise<boolean> {
    return this.#link.connect(this.node, this.#access.port, 'taken').then(
      (stream) => {
        heard(stream).destroy()
        return true
      },
      () => false,
    )
  }

  /** Ends the connection; questions that are still open fail. */
  async close(): Promise<void> {
    const opened = await this.#opened
    if (!('problem' in opened)) opened.close()
  }
}

/** Opens an agent's API, uses it and closes it, whatever happens. */
export async function withApi<Value>(
  link: NodeLink,
  node: string,
  access: ApiAccess,
  use: (api: NomadApi) => Promise<Value>,
): Promise<Value> {
  const api = new NomadApi(link, node, access)
  try {
    return await use(api)
  } finally {
    await api.close()
  }
}

/** Opens the connection, or says why nothing may be asked over it. */
async function open(link: NodeLink, node: string, access: ApiAccess): Promise<Opened> {
  const { authorityPem, port } = access
  try {
    const { socket, distrust } = await greet(await link.connect(node, port), {
      name: LOOPBACK_NAME,
      authorityPem,
    })
    if (distrust === undefined)
      return new StreamHttp(socket, { host: LOOPBACK_NAME, replySeconds: REPLY_SECONDS })
    socket.destroy()
    return { problem: distrust, distrusted: true }
  } catch (error) {
    return { problem: reasonOf(error), distrusted: false }
  }
}
