import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Bug } from '../diagnostics/bug.ts'
import { run } from '../support/run.ts'
import { daysLeft, ensureCertificate, ensureCertificateAuthority } from './certificates.ts'
import type { CertificateRequest, IssuedCertificate } from './certificates.ts'
import { valueFromText } from './import-text.ts'
import type { SecretStore } from './store.ts'
import { ScratchStore, codesOf, expectSuccess } from './testing/scratch-store.ts'

const NOW = new Date('2026-03-01T12:00:00.750Z')
const DAY = 24 * 60 * 60 * 1000
const after = (days: number): Date => new Date(NOW.getTime() + days * DAY)

const REQUEST: CertificateRequest = {
  name: 'node/hammond/consul/certificate',
  issuer: 'ca/consul',
  subject: 'server.home.office.example.net',
  dnsNames: [
    'server.home.office.example.net',
    'hammond.server.home.office.example.net',
    'hammond',
    'localhost',
  ],
  ipAddresses: ['127.0.0.1', '::1', '192.168.42.10'],
  now: NOW,
}

let scratch: ScratchStore
let store: SecretStore
let authority: IssuedCertificate
beforeEach(async () => {
  scratch = new ScratchStore()
  store = await scratch.open()
  authority = await ensureCertificateAuthority(store, { name: 'ca/consul', subject: 'office CA', now: NOW })
})
afterEach(() => scratch.remove())

/** Writes texts into files and gives their paths. */
function files(...texts: readonly string[]): readonly string[] {
  return texts.map((text, index) => {
    const file = join(scratch.root, `${index}.pem`)
    writeFileSync(file, text)
    return file
  })
}

/** What `openssl verify` says about a certificate at some time, with all its strictness. */
async function verified(
  certificate: string,
  trusted: string,
  at: Date,
  ...more: readonly string[]
): Promise<string> {
  const [ca = '', leaf = ''] = files(trusted, certificate)
  const time = String(Math.floor(at.getTime() / 1000))
  const args = ['verify', '-x509_strict', '-attime', time, '-CAfile', ca, ...more, leaf]
  const { stdout, stderr } = await run('openssl', args)
  return `${stdout.toString()}${stderr}`.replaceAll(`${leaf}: `, '')
}

describe('a certificate authority', () => {
  it('is accepted by openssl for ten years, and signs nodes only', async () => {
    expect(await verified(authority.certificatePem, authority.certificatePem, NOW)).toBe('OK\n')
    expect(daysLeft(authority.certificatePem, NOW)).toBeCloseTo(3650, 3)
    const [file = ''] = files(authority.certificatePem)
    const text = await expectSuccess(run('openssl', ['x509', '-in', file, '-noout', '-text']))
    expect(text).toContain('CA:TRUE, pathlen:0')
    expect(text).toMatch(/Key Usage: critical\n\s+Certificate Sign, CRL Sign\n/)
    expect(text).toContain('NIST CURVE: P-256')
  })

  it('is made once', async () => {
    const again = await ensureCertificateAuthority(store, {
      name: 'ca/consul',
      subject: 'other',
      now: after(9),
    })
    expect(again).toEqual({ ...authority, renewed: false })
    expect(authority.renewed).toBe(true)
  })

  it('past its end signs nothing', async () => {
    const request = { ...REQUEST, now: after(3651) }
    expect(await codesOf(() => ensureCertificate(store, request))).toEqual(['CERTIFICATE_AUTHORITY_EXPIRED'])
  })
})

describe('a certificate of a node', () => {
  it('is accepted by openssl for both ends and for each of its names', async () => {
    const { certificatePem } = await ensureCertificate(store, REQUEST)
    const check = (...more: readonly string[]) =>
      verified(certificatePem, authority.certificatePem, NOW, ...more)
    for (const purpose of ['sslserver', 'sslclient']) expect(await check('-purpose', purpose)).toBe('OK\n')
    for (const name of REQUEST.dnsNames) expect(await check('-verify_hostname', name)).toBe('OK\n')
    for (const address of REQUEST.ipAddresses) expect(await check('-verify_ip', address)).toBe('OK\n')
    expect(await check('-verify_hostname', 'oneil')).toContain('hostname mismatch')
  })

  it('is valid from two days ago, for boards without a clock, for a year', async () => {
    const { certificatePem, notAfter } = await ensureCertificate(store, REQUEST)
    expect(await verified(certificatePem, authority.certificatePem, after(-1.9))).toBe('OK\n')
    expect(await verified(certificatePem, authority.certificatePem, after(-2.1))).toContain('not yet valid')
    expect(await verified(certificatePem, authority.certificatePem, after(364.9))).toBe('OK\n')
    expect(await verified(certificatePem, authority.certificatePem, after(365.1))).toContain('has expired')
    expect(notAfter.getTime()).toBe(Math.floor(after(365).getTime() / 1000) * 1000)
  })

  it('cannot sign another one', async () => {
    const node = await ensureCertificate(store, REQUEST)
    const { certificatePem, keyPem } = node
    store.put('ca/node', 'certificate-authority', { certificatePem, keyPem })
    const forged = await ensureCertificate(store, { ...REQUEST, name: 'forged', issuer: 'ca/node' })
    const chain = join(scratch.root, 'chain.pem')
    writeFileSync(chain, certificatePem)
    const answer = await verified(forged.certificatePem, authority.certificatePem, NOW, '-untrusted', chain)
    expect(answer).toMatch(/invalid CA certificate|does not allow/)
  })

  it('connects node and node, each checking the other', async () => {
    // Node's TLS goes by the computer's clock.
    const now = new Date()
    const ca = await ensureCertificateAuthority(store, { name: 'ca/now', subject: 'now', now })
    const of = (name: string) =>
      ensureCertificate(store, { ...REQUEST, name, issuer: 'ca/now', dnsNames: [name], now })
    const [server, client] = [await of('server'), await of('client')]
    expect(await handshake(ca.certificatePem, server, client, 'server')).toEqual({
      server: 'server',
      client: 'client',
    })
    await expect(handshake(ca.certificatePem, server, client, 'oneil')).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    const stranger = await ensureCertificate(store, { ...REQUEST, name: 'stranger', now })
    await expect(handshake(ca.certificatePem, server, stranger, 'server')).rejects.toThrow()
    await expect(handshake(ca.certificatePem, stranger, client, 'hammond')).rejects.toThrow()
  })

  it('has a positive random serial number of its own', async () => {
    const serials = new Set<string>()
    for (let index = 0; index < 20; index++) {
      const { certificatePem } = await ensureCertificate(store, { ...REQUEST, name: `node/n${index}` })
      const serial = new X509Certificate(certificatePem).serialNumber
      expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/)
      serials.add(serial)
    }
    expect(serials.size).toBe(20)
  })

  it('keeps names with commas and equal signs together, and shortens those that are too long', async () => {
    const hostile = await ensureCertificate(store, { ...REQUEST, subject: 'a, O=Somebody Else+CN=root' })
    expect(new X509Certificate(hostile.certificatePem).toLegacyObject().subject).toEqual({
      CN: 'a, O=Somebody Else+CN=root',
    })
    const long = { ...REQUEST, name: 'long', subject: `short.${'x'.repeat(60)}.example.net` }
    const { certificatePem } = await ensureCertificate(store, long)
    expect(new X509Certificate(certificatePem).subject).toBe('CN=short')
    expect((await ensureCertificate(store, long)).renewed).toBe(false)
  })

  it('takes no text for an address', async () => {
    const wrong = { ...REQUEST, ipAddresses: ['192.168.42'] }
    await expect(ensureCertificate(store, wrong)).rejects.toThrow(Bug)
  })

  it('is in the store with its key, of which only the key is secret', async () => {
    const { keyPem, certificatePem } = await ensureCertificate(store, REQUEST)
    const texts = store.values().map(({ text }) => text)
    expect(texts).toContain(keyPem)
    expect(texts).not.toContain(certificatePem)
  })
})

describe('renewal', () => {
  let first: IssuedCertificate
  beforeEach(async () => {
    first = await ensureCertificate(store, REQUEST)
    await store.save()
    store = await scratch.open()
  })

  it('leaves a certificate as it is, byte for byte, while it fits', async () => {
    const again = await ensureCertificate(store, { ...REQUEST, now: after(240) })
    expect(again).toEqual({ ...first, renewed: false })
    expect(store.pending()).toEqual([])
  })

  it('takes the same names in another order or another writing as the same', async () => {
    const request = {
      ...REQUEST,
      dnsNames: [...REQUEST.dnsNames].toReversed(),
      ipAddresses: ['0:0:0:0:0:0:0:1', '192.168.42.10', '127.0.0.1', '127.0.0.1'],
    }
    expect((await ensureCertificate(store, request)).renewed).toBe(false)
  })

  it('comes at two thirds of its life, with a new key', async () => {
    // The life of 367 days began two days before.
    expect((await ensureCertificate(store, { ...REQUEST, now: after(242.6) })).renewed).toBe(false)
    const renewed = await ensureCertificate(store, { ...REQUEST, now: after(242.7) })
    expect(renewed.renewed).toBe(true)
    expect(renewed.keyPem).not.toBe(first.keyPem)
    expect(daysLeft(renewed.certificatePem, after(242.7))).toBeCloseTo(365, 3)
  })

  it.each([
    ['a name more', { dnsNames: [...REQUEST.dnsNames, 'consul.office.example.net'] }],
    ['a name fewer', { dnsNames: REQUEST.dnsNames.slice(1) }],
    ['another address', { ipAddresses: ['127.0.0.1', '::1', '192.168.42.11'] }],
    ['another subject', { subject: 'client.home.office.example.net' }],
  ])('comes with %s', async (_, change) => {
    const renewed = await ensureCertificate(store, { ...REQUEST, ...change })
    expect(renewed.renewed).toBe(true)
    expect((await ensureCertificate(store, { ...REQUEST, ...change })).renewed).toBe(false)
  })

  it('comes with another issuer, even one of the same name', async () => {
    store.remove('ca/consul')
    await ensureCertificateAuthority(store, { name: 'ca/consul', subject: 'office CA', now: NOW })
    expect((await ensureCertificate(store, REQUEST)).renewed).toBe(true)
  })

  it('never goes beyond the end of the issuer', async () => {
    const renewed = await ensureCertificate(store, { ...REQUEST, now: after(3500) })
    expect(renewed.notAfter).toEqual(authority.notAfter)
  })
})

describe('an imported certificate authority', () => {
  it.each([
    ['P-256', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256']],
    ['P-384', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['RSA', ['-newkey', 'rsa:2048']],
  ])('of openssl with a %s key signs certificates that openssl accepts', async (_, newKey) => {
    const [key, certificate] = [join(scratch.root, 'ca.key'), join(scratch.root, 'ca.crt')]
    const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign']
    const subject = ['-subj', '/C=PT/O=Some Company/CN=Some Root', '-days', '30', ...usage]
    const args = ['req', '-x509', ...newKey, '-nodes', '-keyout', key, '-out', certificate, ...subject]
    await expectSuccess(run('openssl', args))
    const text = await expectSuccess(run('cat', [key, certificate]))
    const value = valueFromText('ca/company', 'certificate-authority', text)
    store.import('ca/company', 'certificate-authority', value)
    const request = { ...REQUEST, issuer: 'ca/company', now: new Date() }
    const { certificatePem } = await ensureCertificate(store, request)
    expect(await verified(certificatePem, value.certificatePem, new Date())).toBe('OK\n')
    expect((await ensureCertificate(store, request)).renewed).toBe(false)
  })
})

/** Connects two ends over TLS 1.2 and 1.3, each with a certificate; gives the names that the other end saw. */
async function handshake(
  ca: string,
  serverPair: IssuedCertificate,
  clientPair: IssuedCertificate,
  serverName: string,
): Promise<{ server: string; client: string }> {
  const pem = (pair: IssuedCertificate) => ({ cert: pair.certificatePem, key: pair.keyPem, ca })
  const server = createServer({ ...pem(serverPair), requestCert: true, rejectUnauthorized: true })
  try {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const accepted = Promise.race([
      once(server, 'secureConnection'),
      once(server, 'tlsClientError').then(([error]) => Promise.reject(error as Error)),
    ])
    const socket = connect({ ...pem(clientPair), host: '127.0.0.1', port, servername: serverName })
    socket.resume()
    const connected = once(socket, 'secureConnect')
    try {
      // The client is done first, in TLS 1.3 before its certificate was looked at.
      const [[peer]] = (await Promise.all([accepted, connected])) as [[TLSSocket], unknown]
      return { server: nameOf(socket), client: nameOf(peer) }
    } finally {
      await accepted.then(([peer]) => (peer as TLSSocket).destroy()).catch(() => undefined)
      socket.destroy()
    }
  } finally {
    server.close()
  }
}

function nameOf(socket: TLSSocket): string {
  return socket.getPeerCertificate().subjectaltname?.match(/^DNS:([^,]+)/)?.[1] ?? ''
}
