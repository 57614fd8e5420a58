/** Fetches metrics from a node as Prometheus does, to see that they come. */
import { request } from 'node:https'
import { connect } from 'node:tls'
import { text } from 'node:stream/consumers'
import { heard } from '../../support/heard.ts'
import type { NodeLink } from '../contract.ts'

const REPLY_SECONDS = 15

/** What is asked, and with what. */
export interface MetricsQuestion {
  readonly node: string
  readonly port: number
  readonly path: string
  /** PEM texts: who is believed, and who asks. */
  readonly trust: { readonly ca: string; readonly cert: string; readonly key: string }
}

/** The text of all metrics. Rejects when they do not come, or from somebody who is not believed. */
export async function metricsOf(
  link: NodeLink,
  { node, port, path, trust }: MetricsQuestion,
): Promise<string> {
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
