/** Makes X.509 certificates (RFC 5280) with new P-256 keys. */
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { isIP } from 'node:net'
import { Bug } from '../diagnostics/bug.ts'
import type { SecretValues } from './secret-content.ts'

type PemPair = SecretValues['certificate']

const MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1000

/** A board without a battery for its clock boots with the time of its last shutdown or of its image. */
const BACKDATED_DAYS = 2

/** The longest common name that RFC 5280 allows (ub-common-name). */
const COMMON_NAME_LENGTH = 64

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const

/** What a certificate authority is made from. */
export interface AuthorityPlan {
  readonly subject: string
  readonly days: number
  readonly now: Date
}

/** What a certificate is made from. */
export interface CertificatePlan extends AuthorityPlan {
  readonly issuer: PemPair
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
}

/** The library takes 140 ms to load and wants reflect-metadata before it, so both wait until something is to be issued. */
async function loadX509() {
  await import('reflect-metadata')
  return import('@peculiar/x509')
}

/** The subject as a common name: a name that is too long goes by its first label. */
export function commonName(subject: string): string {
  if (subject.length <= COMMON_NAME_LENGTH) return subject
  return (subject.split('.')[0] ?? subject).slice(0, COMMON_NAME_LENGTH)
}

/** A certificate authority that signs itself and cannot make further authorities (path length 0). */
export async function issueAuthority({ subject, days, now }: AuthorityPlan): Promise<PemPair> {
  const x509 = await loadX509()
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: [{ CN: [commonName(subject)] }],
    ...life(now, days),
    keys,
    signingAlgorithm: SIGNATURE,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificatePem: pemOf(certificate.toString('pem')), keyPem: await exportedKey(keys.privateKey) }
}

/** A certificate for both ends of TLS connections, signed by `issuer` and valid no longer than that. */
export async function issueCertificate(plan: CertificatePlan): Promise<PemPair> {
  const { subject, dnsNames, ipAddresses, now, days } = plan
  const wrong = ipAddresses.find((address) => isIP(address) === 0)
  if (wrong !== undefined) throw new Bug(`${wrong} is no IP address for a certificate`)
  const x509 = await loadX509()
  const issuer = new x509.X509Certificate(plan.issuer.certificatePem)
  const signing = await signingKey(createPrivateKey(plan.issuer.keyPem))
  const keys = await newKeys()
  const { notBefore, notAfter } = life(now, days)
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: [{ CN: [commonName(subject)] }],
    issuer: issuer.subjectName,
    notBefore: notBefore < issuer.notBefore ? issuer.notBefore : notBefore,
    notAfter: notAfter > issuer.notAfter ? issuer.notAfter : notAfter,
    publicKey: keys.publicKey,
    signingKey: signing.key,
    signingAlgorithm: signing.algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension([
        ...[...new Set(dnsNames)].map((value) => ({ type: 'dns', value }) as const),
        ...[...new Set(ipAddresses)].map((value) => ({ type: 'ip', value }) as const),
      ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      new x509.AuthorityKeyIdentifierExtension(await keyIdentifierOf(issuer, x509)),
    ],
  })
  return { certificatePem: pemOf(certificate.toString('pem')), keyPem: await exportedKey(keys.privateKey) }
}

function newKeys(): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])
}

async function exportedKey(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key))
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString()
}

/** 127 random bits: positive, and never the same twice. */
function newSerialNumber(): string {
  const bytes = randomBytes(16)
  // The first byte may be neither 0, which is not counted, nor above 127, which makes the number negative.
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}

/** Certificates count in whole seconds. */
function life(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  const second = Math.floor(now.getTime() / 1000) * 1000
  return {
    notBefore: new Date(second - BACKDATED_DAYS * MILLISECONDS_PER_DAY),
    notAfter: new Date(second + days * MILLISECONDS_PER_DAY),
  }
}

/** A text file ends with a line feed. */
function pemOf(pem: string): string {
  return `${pem.trim()}\n`
}

/** An imported authority may have another sort of key than ours. */
async function signingKey(key: KeyObject): Promise<{ key: CryptoKey; algorithm: Algorithm | EcdsaParams }> {
  const der = key.export({ format: 'der', type: 'pkcs8' })
  const curve = NIST_CURVES[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (curve !== undefined) {
    const kind = { name: 'ECDSA', namedCurve: curve }
    return {
      key: await webcrypto.subtle.importKey('pkcs8', der, kind, false, ['sign']),
      algorithm: SIGNATURE,
    }
  }
  const kind = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  return { key: await webcrypto.subtle.importKey('pkcs8', der, kind, false, ['sign']), algorithm: kind }
}

/** By OpenSSL's name of the curve. */
const NIST_CURVES: Record<string, string> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' }

type X509 = Awaited<ReturnType<typeof loadX509>>

async function keyIdentifierOf(issuer: InstanceType<X509['X509Certificate']>, x509: X509): Promise<string> {
  const own = issuer.getExtension(x509.SubjectKeyIdentifierExtension)
  return (own ?? (await x509.SubjectKeyIdentifierExtension.create(issuer.publicKey))).keyId
}
