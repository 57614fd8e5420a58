/**
 * Opens armored age files (https://age-encryption.org/v1) that are encrypted for X25519 keys, with what Node has built in.
 *
 * The age-encryption library does the same, but it is written in JavaScript: it loads for 70 ms and takes ten times
 * as long for a file, and every plan opens all secrets. What is written comes from the library.
 */
import { createDecipheriv, createHmac, createPrivateKey, createPublicKey } from 'node:crypto'
import { diffieHellman, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readBech32 } from './bech32.ts'

/** Why an age file could not be opened. */
export class AgeError extends Error {
  override readonly name = 'AgeError'
  /** True when the file may be whole, but is not for any of the given identities. */
  readonly notForUs: boolean

  constructor(problem: string, options: { readonly notForUs?: boolean } = {}) {
    super(problem)
    this.notForUs = options.notForUs ?? false
  }
}

/** An X25519 identity, imported once for many files. */
export interface X25519Identity {
  readonly privateKey: KeyObject
  readonly publicKey: Buffer
}

// Frames around the 32 bytes of an X25519 key (RFC 8410).
const PRIVATE_FRAME = Buffer.from('302e020100300506032b656e04220420', 'hex')
const PUBLIC_FRAME = Buffer.from('302a300506032b656e032100', 'hex')

const KEY_BYTES = 32
const TAG_BYTES = 16
const NONCE_BYTES = 16
const CHUNK_BYTES = 64 * 1024 + TAG_BYTES
const LINE_LENGTH = 64
const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----'
const END = '-----END AGE ENCRYPTED FILE-----'

/** The identity in a line `AGE-SECRET-KEY-1…`; undefined when it is none of this sort. */
export function readX25519Identity(text: string): X25519Identity | undefined {
  const read = readBech32(text)
  if (read?.prefix !== 'age-secret-key-' || read.bytes.length !== KEY_BYTES) return undefined
  const der = Buffer.concat([PRIVATE_FRAME, read.bytes])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return { privateKey, publicKey: spki.subarray(PUBLIC_FRAME.length) }
}

/** The text in an armored file; throws {@link AgeError} when anything of it is not as it was written. */
export function openAge(armored: string, identities: readonly X25519Identity[]): string {
  try {
    const header = readHeader(unarmored(armored))
    const fileKey = findFileKey(header.stanzas, identities)
    if (fileKey === undefined) throw new AgeError('it is for somebody else', { notForUs: true })
    const mac = createHmac('sha256', derived(fileKey, '', 'header'))
      .update(header.authenticated)
      .digest()
    const macText = mac.toString('base64').replace(/=+$/, '')
    if (!equalTexts(macText, header.mac)) throw new AgeError('its header was changed')
    return openPayload(fileKey, header.payload)
  } catch (error) {
    throw error instanceof AgeError ? error : new AgeError('its content was changed')
  }
}

/** Only the one text that armoring gives is taken, so that no change of a character passes. */
function unarmored(text: string): Buffer {
  const lines = text.replaceAll('\r\n', '\n').trim().split('\n')
  const bytes = Buffer.from(lines.slice(1, -1).join(''), 'base64')
  const expected = [BEGIN, ...(bytes.toString('base64').match(/.{1,64}/g) ?? []), END]
  if (lines.join('\n') !== expected.join('\n')) throw new AgeError('it is no armored age file')
  return bytes
}

interface Header {
  readonly stanzas: readonly { readonly args: readonly string[]; readonly body: Buffer }[]
  /** The part that the MAC covers. */
  readonly authenticated: Buffer
  readonly mac: string
  readonly payload: Buffer
}

function readHeader(bytes: Buffer): Header {
  let position = 0
  const nextLine = (): string => {
    const end = bytes.indexOf('\n', position)
    if (end === -1) throw new AgeError('it is cut off')
    const line = bytes.toString('latin1', position, end)
    position = end + 1
    return line
  }
  if (nextLine() !== 'age-encryption.org/v1') throw new AgeError('it is no age file')
  const stanzas: { args: string[]; body: Buffer }[] = []
  for (let line = nextLine(); ; line = nextLine()) {
    if (line.startsWith('--- ')) {
      const authenticated = bytes.subarray(0, position - line.length - 1 + '---'.length)
      return { stanzas, authenticated, mac: line.slice('--- '.length), payload: bytes.subarray(position) }
    }
    if (!line.startsWith('-> ')) throw new AgeError('its header makes no sense')
    let body = ''
    let part: string
    do body += part = nextLine()
    while (part.length === LINE_LENGTH)
    stanzas.push({ args: line.slice('-> '.length).split(' '), body: Buffer.from(body, 'base64') })
  }
}

function findFileKey(stanzas: Header['stanzas'], identities: readonly X25519Identity[]): Buffer | undefined {
  for (const { args, body } of stanzas) {
    const share = Buffer.from(args[1] ?? '', 'base64')
    if (args[0] !== 'X25519' || share.length !== KEY_BYTES || body.length !== 2 * TAG_BYTES) continue
    for (const { privateKey, publicKey } of identities) {
      const peer = { key: Buffer.concat([PUBLIC_FRAME, share]), format: 'der', type: 'spki' } as const
      const shared = diffieHellman({ privateKey, publicKey: createPublicKey(peer) })
      const key = derived(shared, Buffer.concat([share, publicKey]), 'age-encryption.org/v1/X25519')
      const fileKey = openChunk(key, Buffer.alloc(12), body)
      if (fileKey !== undefined) return fileKey
    }
  }
  return undefined
}

function openPayload(fileKey: Buffer, payload: Buffer): string {
  const key = derived(fileKey, payload.subarray(0, NONCE_BYTES), 'payload')
  const sealed = payload.subarray(NONCE_BYTES)
  const chunks: Buffer[] = []
  for (let start = 0; start === 0 || start < sealed.length; start += CHUNK_BYTES) {
    const isLast = start + CHUNK_BYTES >= sealed.length
    const nonce = Buffer.alloc(12)
    nonce.writeUInt32BE(chunks.length, 7)
    nonce[11] = isLast ? 1 : 0
    const chunk = openChunk(key, nonce, sealed.subarray(start, start + CHUNK_BYTES))
    if (chunk === undefined) throw new AgeError('its content was changed or cut off')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** ChaCha20-Poly1305; undefined when the key is another one or the bytes are. */
function openChunk(key: Buffer, nonce: Buffer, sealed: Buffer): Buffer | undefined {
  if (sealed.length < TAG_BYTES) return undefined
  const cipher = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const opened = cipher.update(sealed.subarray(0, -TAG_BYTES))
  try {
    return Buffer.concat([opened, cipher.final()])
  } catch {
    return undefined
  }
}

function derived(secret: Buffer, salt: Buffer | string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, purpose, KEY_BYTES))
}

function equalTexts(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'))
}
