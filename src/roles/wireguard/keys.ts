/** Keys of WireGuard: 32 bytes of Curve25519 in base64, as wg(8) writes them. */
import { generateKeyPairSync } from 'node:crypto'
import type { KeyPair } from '../../wishes/secret-wish.ts'

/** Both halves end with the 32 bytes of the key (RFC 8410, sections 4 and 7). */
const KEY_BYTES = 32

/** A new pair. */
export function newPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  return { publicKey: lastBytes(publicKey), privateKey: lastBytes(privateKey) }
}

function lastBytes(der: Buffer): string {
  return der.subarray(-KEY_BYTES).toString('base64')
}

/** Name of the secret of a node's keys. */
export function keyName(node: string): string {
  return `wireguard/${node}`
}
