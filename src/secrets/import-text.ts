/** Turns what somebody pastes or pipes in into the value of a secret. */
import { X509Certificate, createPrivateKey, randomUUID } from 'node:crypto'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import type { SecretKind, SecretValues } from './secret-content.ts'
import { SecretsError } from './secrets-error.ts'

/**
 * The value of a secret of this kind that `text` stands for: a gossip key in base64, a token's UUID, a certificate and its private
 * key in PEM one after the other; `fields` and `key-pair` as a JSON object. One line feed at the end is not part of it.
 * Throws {@link SecretsError} when it cannot be that; no message repeats any of the text.
 */
export function valueFromText<Kind extends SecretKind>(
  name: string,
  kind: Kind,
  text: string,
): SecretValues[Kind] {
  const trimmed = text.replace(/\r?\n$/, '')
  const value = READERS[kind](trimmed)
  if (value instanceof Misfit) {
    throw new SecretsError(secretsCodes.SECRET_MALFORMED({ name, kind, problem: value.problem }))
  }
  return value as SecretValues[Kind]
}

/** Why a text is not of a kind. */
class Misfit {
  readonly problem: string

  constructor(problem: string) {
    this.problem = problem
  }
}

const READERS: Record<SecretKind, (text: string) => unknown> = {
  text: (text) => text,
  fields: readObject,
  'key-pair': readObject,
  token: (text) => ({ accessorId: randomUUID(), secretId: text.trim() }),
  'gossip-key': (text) => ({ phase: 'steady', primary: text.trim() }),
  certificate: (text) => readPemPair(text, false),
  'certificate-authority': (text) => readPemPair(text, true),
}

function readObject(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return new Misfit('it is no JSON object')
  }
}

function readPemPair(text: string, isAuthority: boolean): SecretValues['certificate'] | Misfit {
  const blocks = text.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? []
  const certificates = blocks.filter((block) => block.startsWith('-----BEGIN CERTIFICATE-----'))
  const keys = blocks.filter((block) => /^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(block))
  const [certificatePem, keyPem] = [certificates[0], keys[0]]
  if (certificates.length !== 1 || keys.length !== 1 || !certificatePem || !keyPem) {
    return new Misfit('one certificate and one private key in PEM are needed')
  }
  try {
    const certificate = new X509Certificate(certificatePem)
    const key = createPrivateKey(keyPem)
    if (!certificate.checkPrivateKey(key)) return new Misfit('the private key belongs to another certificate')
    if (isAuthority && !certificate.ca) return new Misfit('the certificate is no certificate authority')
    const normalKey = key.export({ format: 'pem', type: 'pkcs8' }).toString()
    return { certificatePem: certificate.toString(), keyPem: normalKey }
  } catch {
    return new Misfit('the certificate or the key cannot be read (is the key protected by a passphrase?)')
  }
}
