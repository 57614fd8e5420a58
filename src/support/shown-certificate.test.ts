import { once } from 'node:events'
import { connect, createServer as createNetServer, type AddressInfo, type Server } from 'node:net'
import { createServer } from 'node:tls'
import { afterEach, describe, expect, it } from 'vitest'
import { issueAuthority, issueCertificate } from '../secrets/certificate-issuing.ts'
import { greet, type Greeted } from './shown-certificate.ts'

const DAY = 24 * 60 * 60 * 1000
const open: { close(): unknown }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

async function greeted(server: Server, authorityPem: string): Promise<Greeted> {
  open.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  const stream = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const result = await greet(stream, { name: 'localhost', authorityPem })
  open.push({ close: () => result.socket.destroy() })
  return result
}

async function shown(days: { authority?: number; from?: number; name?: string }) {
  const now = new Date()
  const issuer = await issueAuthority({ subject: 'Consul of office', days: days.authority ?? 100, now })
  const { certificatePem, keyPem } = await issueCertificate({
    issuer,
    subject: 'ada',
    dnsNames: [days.name ?? 'localhost'],
    ipAddresses: [],
    days: 10,
    now: new Date(now.getTime() + (days.from ?? 0) * DAY),
  })
  const server = createServer({ cert: certificatePem, key: keyPem }, (socket) =>
    socket.on('error', () => undefined),
  )
  return { server, authorityPem: issuer.certificatePem }
}

describe('what a port shows', () => {
  it('is believed when it is of the authority and for the name', async () => {
    const { server, authorityPem } = await shown({})
    const { shown: certificate, distrust } = await greeted(server, authorityPem)
    expect(distrust).toBeUndefined()
    expect(certificate).toMatchObject({ subject: 'ada', issuer: 'Consul of office' })
  })

  it.each([
    [
      'has ended',
      { from: -30, authority: 300 },
      /^it shows the certificate of ada by Consul of office, .* has ended$/,
    ],
    ['is of the future', { from: 30 }, /not valid yet: a clock is wrong$/],
    ['is for another name', { name: 'eve.example.net' }, /is for DNS:eve.example.net, not for localhost$/],
  ])('is told with its names and dates when it %s', async (_, days, words) => {
    const { server, authorityPem } = await shown(days)
    expect((await greeted(server, authorityPem)).distrust).toMatch(words)
  })

  it('is told when somebody else made it, and shown all the same', async () => {
    const { server } = await shown({})
    const other = await issueAuthority({ subject: 'Consul of office', days: 1, now: new Date() })
    const { distrust, shown: certificate } = await greeted(server, other.certificatePem)
    expect(distrust).toMatch(/not of the authority of this cluster$/)
    expect(certificate.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  })

  it('writes nothing onto a terminal but letters', async () => {
    const issuer = await issueAuthority({ subject: 'x\u001b[2J\u202e', days: 1, now: new Date() })
    const server = createServer({ cert: issuer.certificatePem, key: issuer.keyPem }, (socket) =>
      socket.on('error', () => undefined),
    )
    expect((await greeted(server, issuer.certificatePem)).shown.subject).toBe('x?[2J?')
  })

  it('is an error in words when there is no TLS at all', async () => {
    const garbage = createNetServer((socket) => socket.on('error', () => undefined).end('no TLS\r\n'))
    await expect(greeted(garbage, '')).rejects.toThrow(/^(no TLS there: |the connection was closed)/)
  })
})
