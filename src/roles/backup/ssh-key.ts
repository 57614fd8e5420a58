/** A key pair of Ed25519 as OpenSSH writes it (its PROTOCOL.key), for the way to the node that keeps the backups. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { KeyPair } from '../../wishes/secret-wish.ts'

const TYPE = 'ssh-ed25519'
/** Both halves of a DER encoding end with the 32 bytes of the key (RFC 8410, sections 4 and 7). */
const KEY_BYTES = 32
/** Padding goes up to the block of the cipher; without one that is 8 bytes. */
const BLOCK_BYTES = 8
const LINE = 70

/** A new pair; `comment` says whose it is. */
export function newSshKey(comment: string): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  const open = publicKey.subarray(-KEY_BYTES)
  const blob = Buffer.concat([text(TYPE), text(open)])
  const check = randomBytes(4)
  const secret = Buffer.concat([privateKey.subarray(-KEY_BYTES), open])
  const inner = Buffer.concat([check, check, text(TYPE), text(open), text(secret), text(comment)])
  const padding = Buffer.from(
    Array.from({ length: -inner.length & (BLOCK_BYTES - 1) }, (_, index) => index + 1),
  )
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    text('none'),
    text('none'),
    text(''),
    length(1),
    text(blob),
    text(Buffer.concat([inner, padding])),
  ])
  const lines = whole.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? []
  return {
    publicKey: `${TYPE} ${blob.toString('base64')} ${comment}`,
    privateKey: [
      '-----BEGIN OPENSSH PRIVATE KEY-----',
      ...lines,
      '-----END OPENSSH PRIVATE KEY-----',
      '',
    ].join('\n'),
  }
}

function length(number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}

/** A string of RFC 4251: its length, then its bytes. */
function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([length(bytes.length), bytes])
}
