/** An agent of Nomad that gives the answers of a test, over TLS as a real one does. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, beforeAll } from 'vitest'
import type { NodeLink } from '../../src/engines/contract.ts'
import { issueAuthority, issueCertificate } from '../../src/secrets/certificate-issuing.ts'
import { portsOnly } from './ports-only.ts'

type Authority = Awaited<ReturnType<typeof issueAuthority>>
/** What is asked of it, and what it says: status and text. */
export type Answer = (method: string, path: string, token: string, body: string) => [number, unknown]

/** Authorities of certificates, made once for a file of tests: that of the cluster and another one. */
export const authorities: { ours: Authority; stranger: Authority } = {
  ours: { certificatePem: '', keyPem: '' },
  stranger: { certificatePem: '', keyPem: '' },
}
const open: Server[] = []

beforeAll(async () => {
  authorities.ours = await issueAuthority({ subject: 'test', days: 1, now: new Date() })
  authorities.stranger = await issueAuthority({ subject: 'stranger', days: 1, now: new Date() })
})
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

/** A server whose API answers so, and the link to it; `asked` is what was asked, `put_` what was put onto nodes. */
export async function nomad(
  answer: Answer,
  issuer = authorities.ours,
): Promise<NodeLink & { asked: string[]; put_: string[] }> {
  const pem = await issueCertificate({
    issuer,
    subject: 'localhost',
    dnsNames: ['localhost'],
    ipAddresses: [],
    days: 1,
    now: new Date(),
  })
  const asked: string[] = []
  const server = createServer({ cert: pem.certificatePem, key: pem.keyPem }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '' } = request
      asked.push(`${method} ${url}`)
      const token = String(request.headers['x-nomad-token'] ?? '')
      const [status, value] = answer(method, url, token, Buffer.concat(chunks).toString())
      response.statusCode = status
      response.end(typeof value === 'string' && status >= 400 ? value : JSON.stringify(value))
    })
  })
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const link = portsOnly(async () => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  })
  const put_: string[] = []
  return Object.assign(link, {
    asked,
    put_,
    put: (node: string, path: string, text: string) => {
      put_.push(`${node} ${path} ${text}`)
      return Promise.resolve()
    },
  })
}

/** What the controller asks with. */
export const access = () => ({
  authorityPem: authorities.ours.certificatePem,
  management: { secretId: 'ours' },
  mayReset: false,
})
