/** Asks the Docker of a node through its HTTP API, over one stream inside the SSH connection of the node. */
import type { z } from 'zod'
import { reasonOf } from '../../support/reason.ts'
import type { NodeLink } from '../contract.ts'
import type { Reply } from '../steps/reply.ts'
import { StreamHttp } from '../stream-http.ts'
import { DOCKER_SOCKET } from './names.ts'

/** dockerd answers at once, but for a join, which waits for the managers (moby: 20 s). */
const HTTP = { host: 'docker', replySeconds: 60 }
/** What is no answer is shown to people. */
const PROBLEM_CHARACTERS = 1000

/** The API of one node. Nothing is rejected: whoever cannot be asked gives a reply that says so. */
export class DockerApi {
  readonly node: string
  readonly #link: NodeLink
  #http: Promise<StreamHttp> | undefined

  constructor(link: NodeLink, node: string) {
    this.#link = link
    this.node = node
  }

  /** Asks for something. */
  get<Value>(path: string, schema: z.ZodType<Value>): Promise<Reply<Value>> {
    return this.#ask('GET', path, schema)
  }

  /** Has something done; `body` goes along as JSON. */
  send<Value>(
    method: 'POST' | 'DELETE',
    path: string,
    schema: z.ZodType<Value>,
    body?: unknown,
  ): Promise<Reply<Value>> {
    return this.#ask(method, path, schema, body)
  }

  /** Ends the connection. */
  close(): void {
    this.#http?.then(
      (http) => http.close(),
      () => undefined,
    )
  }

  async #ask<Value>(
    method: string,
    path: string,
    schema: z.ZodType<Value>,
    body?: unknown,
  ): Promise<Reply<Value>> {
    let answer: { readonly status: number; readonly text: string }
    try {
      this.#http ??= openHttp(this.#link, this.node)
      answer = await (await this.#http).ask({ method, path, body })
    } catch (error) {
      this.close()
      this.#http = undefined
      return { ok: false, status: 0, problem: reasonOf(error) }
    }
    return replyOf(answer, schema)
  }
}

/** Does something with the API of a node, and ends the connection. */
export async function withDocker<Value>(
  link: NodeLink,
  node: string,
  work: (api: DockerApi) => Promise<Value>,
): Promise<Value> {
  const api = new DockerApi(link, node)
  try {
    return await work(api)
  } finally {
    api.close()
  }
}

/** Questions to dockerd. Its socket is for root and the group docker, so for other users Docker's own client leads there. */
async function openHttp(link: NodeLink, node: string): Promise<StreamHttp> {
  try {
    const http = new StreamHttp(await link.connect(node, { socket: DOCKER_SOCKET }), HTTP)
    const { status } = await http.ask({ method: 'GET', path: '/_ping' })
    if (status === 200) return http
    http.close()
  } catch {
    // Refused, and sshd has no word of why.
  }
  return new StreamHttp(await link.connect(node, { program: ['docker', 'system', 'dial-stdio'] }), HTTP)
}

function replyOf<Value>(
  { status, text }: { readonly status: number; readonly text: string },
  schema: z.ZodType<Value>,
): Reply<Value> {
  const value = jsonOrNothing(text)
  if (status < 200 || status > 299) return { ok: false, status, problem: problemOf(value, text, status) }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { ok: true, value: parsed.data }
  return { ok: false, status: 0, problem: `an answer that is not Docker’s: ${text.slice(0, 200)}` }
}

function problemOf(value: unknown, text: string, status: number): string {
  const message =
    typeof value === 'object' && value !== null && 'message' in value ? String(value.message) : text.trim()
  return message.slice(0, PROBLEM_CHARACTERS) || `status ${status}`
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
