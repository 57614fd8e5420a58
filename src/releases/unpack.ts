/** Takes the wanted file out of what was fetched, however it is packed, without trusting it. */
import { createReadStream, createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { createTarDecoder } from 'modern-tar'
import { releaseCodes } from '../diagnostics/catalogue/releases.ts'
import { reasonOf } from '../support/reason.ts'
import { extractMember } from './archive.ts'
import { isFull } from './download.ts'
import { fileName, type WantedRelease } from './layout.ts'
import { ReleaseError } from './release-error.ts'

/** More than any engine has; guards against archives that unpack without end. */
const MEMBER_LIMIT_BYTES = 2 * 1024 ** 3

/** Writes the wanted file of `archive` to `target`. Throws {@link ReleaseError} for anything suspect. */
export async function unpack(wanted: WantedRelease, archive: string, target: string): Promise<void> {
  const file = fileName(wanted)
  switch (wanted.layout.packed) {
    case 'zip':
      return extractMember(archive, wanted.member, target, file)
    case 'tar.gz':
      return extractFromTar(archive, wanted.member, target, file)
    case 'bare':
      return rename(archive, target)
  }
}

/** All entries are walked: a name that climbs out makes the whole archive suspect. */
async function extractFromTar(path: string, member: string, target: string, file: string): Promise<void> {
  const unsafe = (reason: string): ReleaseError =>
    new ReleaseError(releaseCodes.RELEASE_ARCHIVE_UNSAFE({ file, reason }))
  try {
    const unpacked = createReadStream(path).pipe(createGunzip())
    const entries = (Readable.toWeb(unpacked) as ReadableStream<Uint8Array>).pipeThrough(
      createTarDecoder({ strict: true }),
    )
    let isThere = false
    for await (const { header, body } of entries) {
      const name = header.name.replace(/^(?:\.\/)+/, '')
      if (name.startsWith('/') || name.split('/').includes('..')) throw unsafe(`it has ${header.name} in it`)
      if (name !== member || isThere) {
        await body.cancel()
        continue
      }
      if ((header.type ?? 'file') !== 'file') throw unsafe(`${member} is no file in it`)
      if (header.size > MEMBER_LIMIT_BYTES) throw unsafe(`${member} is too large`)
      isThere = true
      await pipeline(body as AsyncIterable<Uint8Array>, createWriteStream(target, { mode: 0o700 }))
    }
    if (!isThere) throw unsafe(`there is no ${member} in it`)
  } catch (error) {
    if (error instanceof ReleaseError || isFull(error)) throw error
    throw unsafe(reasonOf(error))
  }
}
