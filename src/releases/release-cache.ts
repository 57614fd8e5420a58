/** Where unpacked releases are kept on this computer, by what they are. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** A file taken out of a verified archive. */
export interface CachedMember {
  readonly path: string
  readonly size: number
  /** SHA-256 of the file itself, not of its archive. */
  readonly sha256: string
}

/** The member of the archive with this checksum, when it was unpacked before. */
export async function cachedMember(
  folder: string,
  archiveSha256: string,
  member: string,
): Promise<CachedMember | undefined> {
  const path = join(folder, archiveSha256, member)
  try {
    const sha256 = (await readFile(`${path}.sha256`, 'utf8')).trim()
    const { size } = await stat(path)
    return /^[0-9a-f]{64}$/.test(sha256) ? { path, size, sha256 } : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Makes a place for a download on the same file system as the cache, gives it to `work`, and takes it away. */
export async function inWorkFolder<T>(folder: string, work: (place: string) => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const place = await mkdtemp(join(folder, '.work-'))
  try {
    return await work(place)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

/** Keeps an unpacked file. The checksum is written last: a file without one was never finished. */
export async function keepMember(
  folder: string,
  archiveSha256: string,
  member: string,
  unpacked: string,
): Promise<CachedMember> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(unpacked), hash)
  const sha256 = hash.digest('hex')
  const path = join(folder, archiveSha256, member)
  await mkdir(dirname(path), { recursive: true })
  await rename(unpacked, path)
  await writeFile(`${path}.sha256.new`, `${sha256}\n`, { flush: true })
  await rename(`${path}.sha256.new`, `${path}.sha256`)
  return { path, size: (await stat(path)).size, sha256 }
}
