/** Brings a file of a vendor or a mirror here: over HTTP or from a folder. */
import { createReadStream, createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createHash } from 'node:crypto'
import { releaseCodes } from '../diagnostics/catalogue/releases.ts'
import { ReleaseError } from './release-error.ts'

/** No answer, or no further byte, for so long is a failure. */
const SILENCE_SECONDS = 30
/** Lists of checksums and signatures are a few KB; anything bigger is not one. */
const SMALL_FILE_BYTES = 1024 * 1024

/** A folder, or the beginning of a URL. */
export type ReleaseBase = string

function isUrl(base: ReleaseBase): boolean {
  return /^https?:\/\//.test(base)
}

/** Where a path is under a base, for people and for fetching. */
export function locate(base: ReleaseBase, path: string): string {
  return isUrl(base) ? `${base.replace(/\/+$/, '')}/${path}` : join(base, path)
}

async function open(base: ReleaseBase, path: string): Promise<Readable> {
  const place = locate(base, path)
  if (!isUrl(base)) return createReadStream(place)
  const abort = new AbortController()
  const timer = setTimeout(
    () => abort.abort(new Error(`no answer for ${SILENCE_SECONDS} s`)),
    SILENCE_SECONDS * 1000,
  )
  try {
    const response = await fetch(place, { signal: abort.signal })
    if (!response.ok || !response.body)
      throw new Error(`it answered ${response.status} ${response.statusText}`.trim())
    return Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0])
  } finally {
    clearTimeout(timer)
  }
}

/** The bytes of a small file. Throws {@link ReleaseError} when it cannot be had. */
export async function readSmall(base: ReleaseBase, path: string): Promise<Buffer> {
  try {
    if (!isUrl(base)) return await readFile(locate(base, path))
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of await open(base, path)) {
      chunks.push(chunk as Buffer)
      size += (chunk as Buffer).length
      if (size > SMALL_FILE_BYTES) throw new Error('it is far too long')
    }
    return Buffer.concat(chunks)
  } catch (error) {
    throw unreachable(base, path, error)
  }
}

/** Writes a file of any size to `target` and gives its SHA-256. Throws {@link ReleaseError}, also for a full disk. */
export async function download(base: ReleaseBase, path: string, target: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    const source = await open(base, path)
    await pipeline(
      source,
      async function* (chunks) {
        for await (const chunk of chunks) {
          hash.update(chunk as Buffer)
          yield chunk as Buffer
        }
      },
      createWriteStream(target, { mode: 0o600 }),
    )
  } catch (error) {
    throw unreachable(base, path, error)
  }
  return hash.digest('hex')
}

/** What a failure of the file system or the network means to the user. */
export function unreachable(base: ReleaseBase, path: string, error: unknown): ReleaseError {
  if (error instanceof ReleaseError) return error
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ReleaseError(releaseCodes.RELEASE_CACHE_FULL({ folder: 'the cache of releases' }))
  }
  const cause = error instanceof Error ? ((error.cause as Error | undefined) ?? error) : undefined
  const reason = code === 'ENOENT' ? 'there is no such file' : (cause?.message ?? String(error))
  return new ReleaseError(releaseCodes.RELEASE_UNREACHABLE({ url: locate(base, path), reason }))
}
