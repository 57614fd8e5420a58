/**
 * What an agent says of the group without TLS and without a token: over its loopback, through the SSH connection of its node. SSH has made sure
 * which node it is, so the answer is the node's own; it is asked where the agent's certificate cannot be believed.
 *
 * Any user of the node could listen on the port while no agent does, so nothing secret is ever sent there.
 */
import { leaderReply, peersReply } from '../autopilot/replies.ts'
import { request } from 'node:http'
import type { z } from 'zod'
import { heard } from '../../support/heard.ts'
import type { NodeLink } from '../contract.ts'
import { HTTP_PORT, LOOPBACK_NAME } from './names.ts'

const SECONDS = 10
const BYTES = 64 << 10

/** The group as an agent sees it. */
export interface PlainStatus {
  /** `address:port`; empty when it sees none. */
  readonly leader: string
  /** Left out when it does not say. */
  readonly peers?: readonly string[]
}

/** Asks; undefined when nobody answers there. Both questions need no token (Consul's API reference, Status). */
export async function askPlainly(link: NodeLink, node: string): Promise<PlainStatus | undefined> {
  const [leader, peers] = await Promise.all([
    ask(link, node, '/v1/status/leader', leaderReply),
    ask(link, node, '/v1/status/peers?stale', peersReply),
  ])
  return leader === undefined ? undefined : { leader, ...(peers && { peers }) }
}

async function ask<Schema extends z.ZodType>(
  link: NodeLink,
  node: string,
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  try {
    const stream = heard(await link.connect(node, HTTP_PORT))
    const text = await new Promise<string>((resolve, reject) => {
      const asking = heard(request({ host: LOOPBACK_NAME, path, createConnection: () => stream }))
      const patience = setTimeout(() => asking.destroy(new Error('no answer')), SECONDS * 1000)
      asking.on('error', reject)
      asking.on('close', () => {
        clearTimeout(patience)
        stream.destroy()
        reject(new Error('the connection was closed'))
      })
      asking.on('response', (answer) => {
        let said = ''
        heard(answer).setEncoding('utf8')
        answer.on('data', (chunk: string) => {
          said += chunk
          if (said.length > BYTES) asking.destroy()
        })
        answer.on('end', () => (answer.statusCode === 200 ? resolve(said) : reject(new Error(said))))
      })
      asking.end()
    })
    return schema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
