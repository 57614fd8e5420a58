/** Reads one line of an `authorized_keys` file. */
import { createHash } from 'node:crypto'

/** A public key as OpenSSH writes it. */
export interface PublicKey {
  /** The whole line: options, type, key, comment. */
  readonly line: string
  /** Type and key, which identify it whatever stands around them. */
  readonly blob: string
  /** As `ssh-keygen -l` prints it: `SHA256:…`. */
  readonly fingerprint: string
}

// sshd(8), "AUTHORIZED_KEYS FILE FORMAT"; DSA keys are refused by every OpenSSH since 7.0.
const KEY =
  /(?:^|[ \t])((?:sk-)?(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521))(?:@openssh\.com)?)[ \t]+([A-Za-z0-9+/]{40,}={0,2})(?=[ \t]|$)/

/** Reads a line; undefined when it holds no key that sshd would take. */
export function parsePublicKey(text: string): PublicKey | undefined {
  const line = text.trim()
  const [, type, encoded] = KEY.exec(line) ?? []
  // What stands before a key are options, and those begin with a letter.
  if (type === undefined || encoded === undefined || /\p{Cc}/u.test(line) || !/^[a-z]/i.test(line))
    return undefined
  const bytes = Buffer.from(encoded, 'base64')
  // RFC 4253, 6.6: the key begins with its own type, a length of four bytes before it.
  if (bytes.readUInt32BE(0) !== type.length || bytes.subarray(4, 4 + type.length).toString() !== type)
    return undefined
  const sum = createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')
  return { line, blob: `${type} ${encoded}`, fingerprint: `SHA256:${sum}` }
}
