/** Takes one file out of a zip archive without trusting the archive. */
import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { open, type Entry, type ZipFile } from 'yauzl'
import { releaseCodes } from '../diagnostics/catalogue/releases.ts'
import { reasonOf } from '../support/reason.ts'
import { isFull } from './download.ts'
import { ReleaseError } from './release-error.ts'

/** More than any engine has; guards against archives that unpack without end. */
const MEMBER_LIMIT_BYTES = 2 * 1024 ** 3

function opened(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false }, (error, zip) =>
      error ? reject(error) : resolve(zip),
    )
  })
}

function entriesOf(zip: ZipFile): Promise<Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: Entry[] = []
    zip.on('entry', (entry: Entry) => {
      entries.push(entry)
      zip.readEntry()
    })
    zip.on('end', () => resolve(entries))
    // Names that are absolute or climb out end here: yauzl refuses them.
    zip.on('error', reject)
    zip.readEntry()
  })
}

/** Writes the entry called `member` to `target`. Throws {@link ReleaseError} for anything suspect, `file` names the archive for people. */
export async function extractMember(
  path: string,
  member: string,
  target: string,
  file: string,
): Promise<void> {
  const unsafe = (reason: string): ReleaseError =>
    new ReleaseError(releaseCodes.RELEASE_ARCHIVE_UNSAFE({ file, reason }))
  let zip: ZipFile | undefined
  try {
    zip = await opened(path)
    const entries = await entriesOf(zip)
    const entry = entries.find(({ fileName }) => fileName === member)
    if (!entry) throw unsafe(`there is no ${member} in it`)
    if (entry.uncompressedSize > MEMBER_LIMIT_BYTES) throw unsafe(`${member} is too large`)
    const source = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
      zip?.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)))
    })
    await pipeline(source, createWriteStream(target, { mode: 0o700 }))
  } catch (error) {
    if (error instanceof ReleaseError || isFull(error)) throw error
    throw unsafe(reasonOf(error))
  } finally {
    zip?.close()
  }
}
