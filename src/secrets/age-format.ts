/** Age keys and files (https://age-encryption.org/v1): made by the age-encryption library, read by the quickest way. */
import { reasonOf } from '../support/reason.ts'
import { AgeError, openAge, readX25519Identity } from './age-reading.ts'
import type { X25519Identity } from './age-reading.ts'
import { readBech32 } from './bech32.ts'

/** Decrypts one armored file to its text; throws {@link AgeError}. */
export type Opener = (armored: string) => Promise<string>

/** The library takes 70 ms to load, so a run that writes no secret does not load it. */
const loadAge = () => import('age-encryption')

/** A new identity, `AGE-SECRET-KEY-1…`. */
export async function generateIdentity(): Promise<string> {
  return (await loadAge()).generateX25519Identity()
}

/** The public key, `age1…`, of an identity. */
export async function publicKeyOf(identity: string): Promise<string> {
  return (await loadAge()).identityToRecipient(identity)
}

/** Whether `text` is an identity: an X25519 one, or another sort that the library knows. */
export async function isIdentity(text: string): Promise<boolean> {
  if (readX25519Identity(text)) return true
  return publicKeyOf(text).then(
    () => true,
    () => false,
  )
}

/** Whether age can encrypt for this public key. */
export async function isPublicKey(text: string): Promise<boolean> {
  const read = readBech32(text)
  if (read?.prefix === 'age') return read.bytes.length === 32
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
  const imported = identities.map(readX25519Identity)
  if (imported.every((identity): identity is X25519Identity => identity !== undefined)) {
    return async (armored) => openAge(armored, imported)
  }
  return openerOfLibrary(identities)
}

/** For sorts of identity that only the library knows, such as those that are safe from quantum computers. */
async function openerOfLibrary(identities: readonly string[]): Promise<Opener> {
  const { Decrypter, armor } = await loadAge()
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  return async (armored) => {
    try {
      return await decrypter.decrypt(armor.decode(armored), 'text')
    } catch (error) {
      const problem = reasonOf(error)
      throw new AgeError(problem, { notForUs: problem.startsWith('no identity matched') })
    }
  }
}
