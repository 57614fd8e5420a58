/** A source of packages whose one key is a file that somebody brings, in ASCII armor or not. */
import { file } from '../file/file.ts'
import { addressOf, type Content, type Resource } from '../kind.ts'
import { aptRepository } from './apt-repository.ts'

/** Before the packages that come from it. */
const STAGE = 15

function isArmored(key: Content): boolean {
  return (
    !('path' in key.bytes) &&
    Buffer.from(key.bytes).toString('latin1').startsWith('-----BEGIN PGP PUBLIC KEY BLOCK-----')
  )
}

/** A packet of a public key comes first (RFC 9580, 4.2 and 10.1): tag 6 in the old or the new form. */
function isKeyring({ bytes }: Content): boolean {
  const first = 'path' in bytes ? undefined : bytes[0]
  return first !== undefined && ((first & 0xfc) === 0x98 || first === 0xc6)
}

/** Whether it can be the key of a source at all. */
export function isPublicKey(key: Content): boolean {
  return isArmored(key) || isKeyring(key)
}

/** The files of the source and of its key. */
export function sourceWithKey(
  source: Omit<Parameters<typeof aptRepository>[0], 'key'>,
  key: Content,
): readonly Resource[] {
  if (isArmored(key) && !('path' in key.bytes)) {
    return aptRepository({ ...source, key: Buffer.from(key.bytes).toString() })
  }
  const keyring = file({ path: `/etc/apt/keyrings/bramble-${source.name}.gpg`, content: key, stage: STAGE })
  return [
    keyring,
    ...aptRepository({ ...source, key: keyring.name }).map((one) => ({
      ...one,
      needs: [...one.needs, addressOf(keyring)],
    })),
  ]
}
