import { once } from 'node:events'
import { createSecureServer, type Http2SecureServer } from 'node:http2'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { portsOnly } from '../../../test/engines/ports-only.ts'
import { issueAuthority, issueCertificate } from '../../secrets/certificate-issuing.ts'
import type { NodeLink } from '../contract.ts'
import { withApi } from './api.ts'
import { healthOf } from './ask-server.ts'

type Pem = Awaited<ReturnType<typeof issueAuthority>>

let authority: Pem
let certificate: Pem
const open: { close(): void }[] = []

async function certificateFor(dnsName: string): Promise<Pem> {
  return issueCertificate({
    issuer: authority,
    subject: dnsName,
    dnsNames: [dnsName],
    ipAddresses: [],
    days: 1,
    now: new Date(),
  })
}

beforeAll(async () => {
  authority = await issueAuthority({ subject: 'test', days: 1, now: new Date() })
  certificate = await certificateFor('localhost')
})
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function linkTo(server: Server | Http2SecureServer): Promise<NodeLink> {
  open.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return portsOnly(async () => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return socket
  })
}

function consul(pem: Pem, answer: (path: string, token: string, body: string) => [number, string]) {
  const server = createSecureServer({ cert: pem.certificatePem, key: pem.keyPem })
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', () => undefined)
    stream.on('end', () => {
      const token = String(headers['x-consul-token'] ?? '')
      const [status, text] = answer(headers[':path'] ?? '', token, Buffer.concat(chunks).toString())
      stream.respond({ ':status': status })
      stream.end(text)
    })
  })
  return server
}

const access = () => ({ authorityPem: authority.certificatePem, token: 'the-token' })

describe('the API', () => {
  it('asks with its token over one connection, however many questions there are', async () => {
    const server = consul(certificate, (path, token, body) => [200, JSON.stringify([path, token, body])])
    let connections = 0
    server.on('secureConnection', () => (connections += 1))
    const link = await linkTo(server)
    const replies = await withApi(link, 'ears', access(), (api) =>
      Promise.all([
        api.get('/v1/a', z.tuple([z.string(), z.string(), z.string()])),
        api.send('PUT', '/v1/b', z.array(z.string()), { json: { b: 1 } }),
        api.send('DELETE', '/v1/c', z.array(z.string()), { text: 'plain' }),
      ]),
    )
    expect(replies).toEqual([
      { ok: true, value: ['/v1/a', 'the-token', ''] },
      { ok: true, value: ['/v1/b', 'the-token', '{"b":1}'] },
      { ok: true, value: ['/v1/c', 'the-token', 'plain'] },
    ])
    expect(connections).toBe(1)
  })

  it('gives what Consul refuses as a reply with its status', async () => {
    const link = await linkTo(consul(certificate, () => [403, 'Permission denied\n']))
    const reply = await withApi(link, 'ears', access(), (api) => api.get('/v1/x', z.string()))
    expect(reply).toMatchObject({ ok: false, status: 403, problem: 'Permission denied' })
  })

  it.each([
    ['<html>', 'the answer to /v1/x is no JSON'],
    ['{"a":"text"}', 'the answer to /v1/x has another form: a'],
  ])('does not take %s for an answer', async (text, problem) => {
    const link = await linkTo(consul(certificate, () => [200, text]))
    const schema = z.object({ a: z.number() })
    const reply = await withApi(link, 'ears', access(), (api) => api.get('/v1/x', schema))
    expect(reply).toMatchObject({ ok: false, status: 0, problem: expect.stringContaining(problem) as string })
  })

  it('trusts nobody but the authority of the cluster, under the name of the loopback', async () => {
    const stranger = await issueAuthority({ subject: 'stranger', days: 1, now: new Date() })
    const link = await linkTo(consul(certificate, () => [200, '"secret"']))
    const other = { authorityPem: stranger.certificatePem, token: 'the-token' }
    const reply = await withApi(link, 'ears', other, (api) => api.get('/v1/x', z.string()))
    expect(reply).toMatchObject({ ok: false, status: 0 })

    const misnamed = await linkTo(consul(await certificateFor('other.example.net'), () => [200, '"secret"']))
    const answer = await withApi(misnamed, 'ears', access(), (api) => api.get('/v1/x', z.string()))
    expect(answer).toMatchObject({ ok: false, problem: expect.stringContaining('localhost') as string })
  })

  it('notices that something else listens there', async () => {
    const other = createTlsServer({ cert: certificate.certificatePem, key: certificate.keyPem }, (socket) =>
      socket.on('error', () => undefined),
    )
    const reply = await withApi(await linkTo(other), 'ears', access(), (api) => api.get('/v1/x', z.string()))
    expect(reply).toEqual({ ok: false, status: 0, problem: 'what answers there is not Consul' })
  })

  it('gives a reply, too, when the connection ends in the middle', async () => {
    const cut = createServer((socket) => socket.destroy())
    const reply = await withApi(await linkTo(cut), 'ears', access(), (api) => api.get('/v1/x', z.string()))
    expect(reply).toMatchObject({ ok: false, status: 0 })

    const server = consul(certificate, () => [200, '""'])
    server.on('session', (session) => session.on('stream', () => session.destroy()))
    const answer = await withApi(await linkTo(server), 'ears', access(), (api) =>
      api.get('/v1/x', z.string()),
    )
    expect(answer).toMatchObject({ ok: false, status: 0 })
  })

  it('takes an answer without an end for none, and keeps little of it', async () => {
    // The bound of time never comes: it is the one of bytes that is tried, however slow this computer is.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const server = createSecureServer({ cert: certificate.certificatePem, key: certificate.keyPem })
    server.on('stream', (stream) => {
      stream.on('error', () => undefined)
      stream.respond({ ':status': 200 })
      const more = (): void => {
        while (!stream.destroyed && stream.write(Buffer.alloc(1 << 16, ' '))) continue
        if (!stream.destroyed) stream.once('drain', more)
      }
      more()
    })
    const link = await linkTo(server)
    const reply = await withApi(link, 'ears', access(), (api) => api.get('/v1/x', z.string()))
    expect(reply).toEqual({ ok: false, status: 0, problem: 'an answer of more than 67108864 bytes' })
  })

  it('says why the node cannot be connected to', async () => {
    const link = portsOnly(() => Promise.reject(new Error('nothing listens on port 8501 of ears')))
    const reply = await withApi(link, 'ears', access(), (api) => api.get('/v1/x', z.string()))
    expect(reply).toEqual({ ok: false, status: 0, problem: 'nothing listens on port 8501 of ears' })
  })

  it('understands what seven servers say of their health, although it comes as no success', async () => {
    const one = {
      ID: 'd2a5e1c4-6f0b-4f6e-9a53-2b8f6f6b7a10',
      Address: '192.0.2.10:8300',
      SerfStatus: 'alive',
      Version: '1.22.7',
      Leader: false,
      LastContact: '12.345678ms',
      LastTerm: 12,
      LastIndex: 123456,
      Healthy: false,
      Voter: true,
      StableSince: '2026-11-30T12:00:00Z',
    }
    const Servers = Array.from({ length: 7 }, (_, index) => ({ ...one, Name: `server-${index}` }))
    const text = JSON.stringify({ Healthy: false, FailureTolerance: 0, Servers })
    const link = await linkTo(consul(certificate, () => [429, text]))
    const health = await withApi(link, 'ears', access(), healthOf)
    expect(health.ok && health.value.Servers.map(({ Name }) => Name)).toHaveLength(7)
  })
})
