/** Checks OpenPGP signatures of release lists with gpgv. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { releaseCodes } from '../diagnostics/catalogue/releases.ts'
import { run } from '../support/run.ts'
import { ReleaseError } from './release-error.ts'

/** The bytes inside an ASCII-armored block (RFC 9580, 6.2), or the input when it is not armored. */
export function dearmored(key: Buffer): Buffer {
  const text = key.toString('latin1')
  const block =
    /-----BEGIN PGP [A-Z ]+-----\r?\n(?:.+: .*\r?\n)*\r?\n([\s\S]*?)\r?\n(?:=[A-Za-z0-9+/]{4}\r?\n)?-----END/.exec(
      text,
    )
  return block?.[1] === undefined ? key : Buffer.from(block[1].replace(/\s+/g, ''), 'base64')
}

/** Throws {@link ReleaseError} unless `signature` over `signed` was made by a key of `key`. `file` names it for people. */
export async function verifySignature(
  file: string,
  signed: Buffer,
  signature: Buffer,
  key: Buffer,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bramble-verify-'))
  try {
    const paths = {
      keyring: join(folder, 'key.gpg'),
      signature: join(folder, 'sig'),
      signed: join(folder, 'sums'),
    }
    await writeFile(paths.keyring, dearmored(key))
    await writeFile(paths.signature, dearmored(signature))
    await writeFile(paths.signed, signed)
    const result = await run('gpgv', [
      '--homedir',
      folder,
      '--keyring',
      paths.keyring,
      paths.signature,
      paths.signed,
    ])
    if (result.code === 0) return
    const reason =
      result.code === 127
        ? 'gpgv is missing on this computer: apt-get install gpgv'
        : (result.stderr.trim().split('\n').at(-1) ?? '').replace(/^gpgv: /, '')
    throw new ReleaseError(releaseCodes.RELEASE_SIGNATURE_WRONG({ file, reason }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
