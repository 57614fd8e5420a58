/** A certificate authority and the certificates of the nodes (X.509, RFC 5280), all on P-256. */
import { X509Certificate } from 'node:crypto'
import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import { commonName, issueAuthority, issueCertificate } from './certificate-issuing.ts'
import { SecretsError } from './secrets-error.ts'
import type { SecretStore } from './store.ts'

const MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1000

/** A part of its life after which a certificate is made anew, so that a third is left for nodes that are away. */
const RENEWAL_SHARE = 2 / 3

/** The certificate authority that a cluster is to have. */
export interface AuthorityRequest {
  /** Name of its secret, such as `ca/consul`. */
  readonly name: string
  /** Its own name, shown by browsers and openssl. */
  readonly subject: string
  /** Ten years when left out. */
  readonly days?: number
  readonly now: Date
}

/** A certificate that somebody is to have. */
export interface CertificateRequest {
  /** Name of its secret, such as `node/hammond/consul/certificate`. */
  readonly name: string
  /** Name of the secret that holds the certificate authority. */
  readonly issuer: string
  /** Its own name; clients of today look only at the names below. */
  readonly subject: string
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
  /** A year when left out; never beyond the end of its issuer. */
  readonly days?: number
  readonly now: Date
}

/** A certificate with its private key. */
export interface IssuedCertificate {
  readonly certificatePem: string
  /** PKCS #8, PEM. */
  readonly keyPem: string
  readonly notAfter: Date
  /** Whether it was made in this run. */
  readonly renewed: boolean
}

/**
 * The cluster's certificate authority, made when there is none. It can sign certificates of nodes only, not of further authorities.
 */
export async function ensureCertificateAuthority(
  store: SecretStore,
  request: AuthorityRequest,
): Promise<IssuedCertificate> {
  const { name, now } = request
  if (store.has(name)) {
    const { value } = store.get(name, 'certificate-authority')
    return { ...value, notAfter: lifeOf(value.certificatePem).notAfter, renewed: false }
  }
  const value = await issueAuthority({ subject: request.subject, days: request.days ?? 3650, now })
  store.put(name, 'certificate-authority', value)
  return { ...value, notAfter: lifeOf(value.certificatePem).notAfter, renewed: true }
}

/**
 * The certificate as it is, byte for byte, while it fits the request; else a new one with a new key: when there is none, when names
 * or the issuer are others, or when two thirds of its life are over.
 */
export async function ensureCertificate(
  store: SecretStore,
  request: CertificateRequest,
): Promise<IssuedCertificate> {
  const issuer = store.get(request.issuer, 'certificate-authority').value
  const issuerEnd = lifeOf(issuer.certificatePem).notAfter
  if (issuerEnd <= request.now) {
    const details = { name: request.issuer, notAfter: issuerEnd.toISOString().slice(0, 10) }
    throw new SecretsError(secretsCodes.CERTIFICATE_AUTHORITY_EXPIRED(details))
  }
  if (store.has(request.name)) {
    const { value } = store.get(request.name, 'certificate')
    if (fits(value.certificatePem, issuer.certificatePem, request)) {
      return { ...value, notAfter: lifeOf(value.certificatePem).notAfter, renewed: false }
    }
  }
  const { subject, dnsNames, ipAddresses, now } = request
  const days = request.days ?? 365
  const value = await issueCertificate({ issuer, subject, dnsNames, ipAddresses, days, now })
  store.put(request.name, 'certificate', value)
  return { ...value, notAfter: lifeOf(value.certificatePem).notAfter, renewed: true }
}

/** Days until the certificate ends, with a fraction; negative afterwards. */
export function daysLeft(certificatePem: string, now: Date): number {
  return (lifeOf(certificatePem).notAfter.getTime() - now.getTime()) / MILLISECONDS_PER_DAY
}

function lifeOf(certificatePem: string): { readonly notBefore: Date; readonly notAfter: Date } {
  const { validFrom, validTo } = new X509Certificate(certificatePem)
  return { notBefore: new Date(validFrom), notAfter: new Date(validTo) }
}

function fits(certificatePem: string, issuerPem: string, request: CertificateRequest): boolean {
  const certificate = new X509Certificate(certificatePem)
  const issuer = new X509Certificate(issuerPem)
  const { notBefore, notAfter } = lifeOf(certificatePem)
  const renewAt = notBefore.getTime() + (notAfter.getTime() - notBefore.getTime()) * RENEWAL_SHARE
  const subject: unknown = certificate.toLegacyObject().subject.CN
  return (
    request.now.getTime() < renewAt &&
    subject === commonName(request.subject) &&
    certificate.checkIssued(issuer) &&
    certificate.verify(issuer.publicKey) &&
    namesIn(certificate) === wantedNames(request)
  )
}

function wantedNames({ dnsNames, ipAddresses }: CertificateRequest): string {
  return listed([
    ...dnsNames.map((name) => `DNS:${name}`),
    ...ipAddresses.map((address) => `IP Address:${normalIp(address)}`),
  ])
}

/** Node gives them as `DNS:a.example, IP Address:0:0:0:0:0:0:0:1`. */
function namesIn(certificate: X509Certificate): string {
  const names = certificate.subjectAltName?.split(', ') ?? []
  return listed(
    names.map((name) => name.replace(/^IP Address:(.*)$/, (_, ip: string) => `IP Address:${normalIp(ip)}`)),
  )
}

function listed(names: readonly string[]): string {
  return [...new Set(names)].toSorted().join(' ')
}

/** One way of writing for each IPv6 address. */
function normalIp(address: string): string {
  return isIPv6(address) ? ipaddr.parse(address).toNormalizedString() : address
}
