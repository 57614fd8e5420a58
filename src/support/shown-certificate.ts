/** What a TLS port shows: a handshake that trusts nobody by itself, and says in words why it does not. */
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import type { Duplex } from 'node:stream'
import { heard } from './heard.ts'

/** The certificate that a port shows, for people and to compare. Everything in it was said by the other side. */
export interface ShownCertificate {
  readonly subject: string
  readonly issuer: string
  readonly notBefore: Date
  readonly notAfter: Date
  /** SHA-256 of the certificate, as `X509Certificate.fingerprint256` gives it. */
  readonly fingerprint: string
}

/** Whom to greet, and whom to believe. */
export interface Greeting {
  /** Name that the certificate must have. */
  readonly name: string
  /** Certificates of the authority, PEM; nobody is believed when left out. */
  readonly authorityPem?: string | undefined
  readonly protocols?: readonly string[]
}

/** An encrypted connection. Nothing may be sent over it while there is a reason for distrust. */
export interface Greeted {
  readonly socket: TLSSocket
  readonly shown: ShownCertificate
  /** Why the certificate cannot be believed, as a sentence; undefined when it can. */
  readonly distrust: string | undefined
}

/** Time for the handshake: a board that has just booted computes for seconds. */
const SECONDS = 15
/** A name in a certificate may be of any length. */
const NAME_CHARACTERS = 100

/** Greets over an open stream. Rejects with a sentence when no handshake comes about; the stream is closed then. */
export function greet(stream: Duplex, { name, authorityPem, protocols }: Greeting): Promise<Greeted> {
  heard(stream)
  return new Promise((resolve, reject) => {
    const socket = heard(
      connect({
        socket: stream,
        servername: name,
        ...(authorityPem !== undefined && { ca: authorityPem }),
        ...(protocols && { ALPNProtocols: [...protocols] }),
        minVersion: 'TLSv1.2',
        // Judged below, where it can still be said what was shown.
        rejectUnauthorized: false,
      }),
    )
    const refuse = (error: Error): void => {
      clearTimeout(timer)
      socket.destroy()
      stream.destroy()
      reject(error)
    }
    const timer = setTimeout(
      () => refuse(new Error(`no TLS answer within ${SECONDS} seconds`)),
      SECONDS * 1000,
    )
    // What keeps the stream from the port is a sentence already.
    stream.once('error', refuse)
    socket.once('error', (error) => refuse(new Error(`no TLS there: ${lastWords(error)}`)))
    socket.once('close', () => refuse(new Error('the connection was closed')))
    socket.once('secureConnect', () => {
      clearTimeout(timer)
      const certificate = socket.getPeerCertificate()
      const shown = shownBy(certificate)
      if (shown === undefined) return refuse(new Error('it shows no certificate'))
      const isBelieved = authorityPem !== undefined && socket.authorized
      resolve({
        socket,
        shown,
        distrust: isBelieved ? undefined : distrustIn(shown, socket, certificate, name),
      })
    })
  })
}

/** What a certificate is, in words. */
export function certificateWords({ subject, issuer, notBefore, notAfter }: ShownCertificate): string {
  return `the certificate of ${subject} by ${issuer}, valid from ${day(notBefore)} to ${day(notAfter)}`
}

/** OpenSSL puts its own file and line before what it has to say. */
function lastWords({ message }: Error): string {
  return message.trim().split(':').findLast(Boolean)?.slice(0, NAME_CHARACTERS) ?? 'it broke off'
}

function shownBy(certificate: PeerCertificate): ShownCertificate | undefined {
  // Node gives an empty object where there is none.
  if (!certificate.fingerprint256) return undefined
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    notBefore: new Date(certificate.valid_from),
    notAfter: new Date(certificate.valid_to),
    fingerprint: certificate.fingerprint256,
  }
}

function distrustIn(
  shown: ShownCertificate,
  socket: TLSSocket,
  { subjectaltname }: PeerCertificate,
  name: string,
): string {
  const now = new Date()
  const what = `it shows ${certificateWords(shown)}, which`
  if (!(shown.notAfter > now)) return `${what} has ended`
  if (!(shown.notBefore <= now)) return `${what} is not valid yet: a clock is wrong`
  const error = String(socket.authorizationError ?? '')
  if (error.includes('ALTNAME'))
    return `${what} is for ${visible(subjectaltname ?? 'nobody')}, not for ${name}`
  if (error === 'CERT_HAS_EXPIRED') return `${what} is of an authority that has ended`
  return `${what} is not of the authority of this cluster`
}

/** The common name, or whatever else there is. */
function nameOf(name: PeerCertificate['subject'] | undefined): string {
  const parts = Object.entries(name ?? {}).map(([key, value]) => [key, String(value)] as const)
  const common = parts.find(([key]) => key === 'CN')?.[1]
  return visible(common ?? (parts.map(([key, value]) => `${key}=${value}`).join(' ') || 'nobody'))
}

/** A hostile node writes what it likes into its certificate. */
function visible(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, NAME_CHARACTERS)
}

function day(date: Date): string {
  return Number.isNaN(date.getTime()) ? 'no date' : date.toISOString().slice(0, 10)
}
