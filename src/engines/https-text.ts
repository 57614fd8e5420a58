/** Fetches a page from a node over TLS on both ends, to see that it comes. */
import { request } from 'node:https'
import { connect } from 'node:tls'
import { text } from 'node:stream/consumers'
import { heard } from '../support/heard.ts'
import type { NodeLink } from './contract.ts'

const REPLY_SECONDS = 15

/** What is asked, and with what. */
export interface HttpsQuestion {
  readonly node: string
  readonly port: number
  readonly path: string
  /** PEM texts: who is believed, and who asks. */
  readonly trust: { readonly ca: string; readonly cert: string; readonly key: string }
}

/** The text of the page. Rejects when it does not come, or from somebody who is not believed. */
export async function httpsText(link: NodeLink, { node, port, path, trust }: HttpsQuestion): Promise<string> {
  const stream = await link.connect(node, port)
  return new Promise((resolve, reject) => {
    const socket = heard(connect({ socket: stream, servername: node, ...trust }))
    socket.on('error', reject)
    const asked = request({
      createConnection: () => socket,
      host: node,
      path,
      headers: { connection: 'close' },
    })
    asked.setTimeout(REPLY_SECONDS * 1000, () =>
      asked.destroy(new Error(`no answer within ${REPLY_SECONDS} s`)),
    )
    asked.on('error', reject)
    asked.on('response', (response) => {
      if (response.statusCode === 200) text(response).then(resolve, reject)
      else reject(new Error(`it answers with the status ${String(response.statusCode)}`))
    })
    asked.end()
  })
}
