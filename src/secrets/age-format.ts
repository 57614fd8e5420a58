/** Reads and writes age files (https://age-encryption.org/v1), armored, with X25519 keys. */
import { webcrypto } from 'node:crypto'

/** Why an age file could not be opened. */
export class AgeError extends Error {
  override readonly name = 'AgeError'
  /** True when the file may be whole, but is not for any of the given identities. */
  readonly notForUs: boolean

  constructor(problem: string) {
    super(problem)
    this.notForUs = problem.startsWith('no identity matched')
  }
}

/** Decrypts one armored file to its text; throws {@link AgeError}. */
export type Opener = (armored: string) => Promise<string>

/** The library takes 70 ms to load, so a command that touches no secrets does not load it. */
const loadAge = () => import('age-encryption')

/** A new identity, `AGE-SECRET-KEY-1…`. */
export async function generateIdentity(): Promise<string> {
  return (await loadAge()).generateX25519Identity()
}

/** The public key, `age1…`, of an identity; throws {@link AgeError} when it is none. */
export async function publicKeyOf(identity: string): Promise<string> {
  const age = await loadAge()
  return explained(() => age.identityToRecipient(identity))
}

/** Whether age can encrypt for this public key. */
export async function isPublicKey(text: string): Promise<boolean> {
  const { Encrypter } = await loadAge()
  try {
    new Encrypter().addRecipient(text)
    return true
  } catch {
    return false
  }
}

/** Encrypts `text` for every one of `publicKeys`. Each call gives other bytes. */
export async function encryptFor(publicKeys: readonly string[], text: string): Promise<string> {
  const { Encrypter, armor } = await loadAge()
  const encrypter = new Encrypter()
  for (const publicKey of publicKeys) encrypter.addRecipient(publicKey)
  return armor.encode(await encrypter.encrypt(text))
}

/** Opens files with any of `identities`. */
export async function openerFor(identities: readonly string[]): Promise<Opener> {
  const { Decrypter, armor } = await loadAge()
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity((await importedKey(identity)) ?? identity)
  return (armored) => explained(() => decrypter.decrypt(armor.decode(armored), 'text'))
}

async function explained<Result>(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action()
  } catch (error) {
    throw new AgeError(error instanceof Error ? error.message : String(error))
  }
}

/** The frame (RFC 8410) around the 32 bytes of an X25519 private key. */
const PKCS8_FRAME = Buffer.from('302e020100300506032b656e04220420', 'hex')

/**
 * The identity as a key that is imported once. Given the text, the library imports it again for every file, which
 * makes opening thousands of them two to three times slower.
 */
async function importedKey(identity: string): Promise<CryptoKey | undefined> {
  if (!identity.startsWith('AGE-SECRET-KEY-1')) return undefined
  // The library checks the checksum and says what is wrong; only a sound identity goes on.
  await publicKeyOf(identity)
  const key = Buffer.concat([PKCS8_FRAME, bech32Bytes(identity)])
  return webcrypto.subtle.importKey('pkcs8', key, { name: 'X25519' }, false, ['deriveBits'])
}

const BECH32 = 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L'
const BECH32_CHECKSUM_LENGTH = 6

/** The bytes in a bech32 text (BIP 173), five bits a character; its checksum is not looked at. */
function bech32Bytes(text: string): Buffer {
  const characters = text.slice(text.lastIndexOf('1') + 1, -BECH32_CHECKSUM_LENGTH)
  const bits = [...characters]
    .map((character) => BECH32.indexOf(character).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
