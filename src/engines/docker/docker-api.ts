/** Asks the Docker of a node through its HTTP API, over one stream inside the SSH connection of the node. */
import { Agent, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { z } from 'zod'
import { reasonOf } from '../../support/reason.ts'
import type { NodeLink } from '../contract.ts'
import type { Reply } from '../steps/reply.ts'
import { DOCKER_SOCKET } from './names.ts'

/** dockerd answers at once, but for a join, which waits for the managers (moby: 20 s). */
const REPLY_SECONDS = 60
/** What is no answer is shown to people. */
const PROBLEM_CHARACTERS = 1000

/** The API of one node. Nothing is rejected: whoever cannot be asked gives a reply that says so. */
export class DockerApi {
  readonly node: string
  readonly #link: NodeLink
  #agent: Promise<Agent> | undefined

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
    this.#agent?.then(
      (agent) => agent.destroy(),
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
      this.#agent ??= openAgent(this.#link, this.node)
      answer = await exchange(await this.#agent, method, path, body)
    } catch (error) {
      this.close()
      this.#agent = undefined
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
async function openAgent(link: NodeLink, node: string): Promise<Agent> {
  try {
    const agent = agentOver(await link.connect(node, { socket: DOCKER_SOCKET }))
    const { status } = await exchange(agent, 'GET', '/_ping')
    if (status === 200) return agent
    agent.destroy()
  } catch {
    // Refused, and sshd has no word of why.
  }
  return agentOver(await link.connect(node, { program: ['docker', 'system', 'dial-stdio'] }))
}

/** Questions one after the other over one stream. */
function agentOver(stream: Duplex): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  // What an agent wants of a socket beside its bytes.
  const socket = Object.assign(stream, {
    setKeepAlive: () => socket,
    setNoDelay: () => socket,
    setTimeout: () => socket,
    ref: () => socket,
    unref: () => socket,
  })
  agent.createConnection = () => socket
  return agent
}

function exchange(
  agent: Agent,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
  const headers = {
    host: 'docker',
    ...(sent && { 'content-type': 'application/json', 'content-length': String(sent.length) }),
  }
  return new Promise((resolve, reject) => {
    const asked = request({ agent, method, path, headers }, (answer) => {
      buffer(answer).then(
        (bytes) => resolve({ status: answer.statusCode ?? 0, text: bytes.toString() }),
        reject,
      )
    })
    const patience = setTimeout(
      () => asked.destroy(new Error(`no answer within ${REPLY_SECONDS} seconds`)),
      REPLY_SECONDS * 1000,
    )
    asked.on('error', reject)
    asked.on('close', () => clearTimeout(patience))
    asked.end(sent)
  })
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
