/** Fetches a page from a node over HTTP, to see that it comes; over TLS on both ends where there is trust. */
import { request } from 'node:http'
import { connect } from 'node:tls'
import { text } from 'node:stream/consumers'
import { heard } from '../support/heard.ts'
import type { NodeLink } from './contract.ts'

const REPLY_SECONDS = 15

/** What is asked, and with what. */
export interface PageQuestion {
  readonly node: string
  readonly port: number
  readonly path: string
  /** PEM texts: who is believed, and who asks. Left out: in the clear. */
  readonly trust?: { readonly ca: string; readonly cert: string; readonly key: string }
}

/** The text of the page. Rejects when it does not come, or from somebody who is not believed. */
export async function pageText(link: NodeLink, { node, port, path, trust }: PageQuestion): Promise<string> {
  const stream = await link.connect(node, port)
  return new Promise((resolve, reject) => {
    const socket = heard(trust ? connect({ socket: stream, servername: node, ...trust }) : stream)
    socket.on('error', reject)
    const asked = request({
      createConnection: () => socket,
      host: node,
      path,
      headers: { connection: 'close' },
    })
    const patience = setTimeout(
      () => asked.destroy(new Error(`no answer within ${REPLY_SECONDS} s`)),
      REPLY_SECONDS * 1000,
    )
    asked.on('close', () => clearTimeout(patience))
    asked.on('error', reject)
    asked.on('response', (response) => {
      if (response.statusCode === 200) text(response).then(resolve, reject)
      else reject(new Error(`it answers with the status ${String(response.statusCode)}`))
    })
    asked.end()
  })
}
