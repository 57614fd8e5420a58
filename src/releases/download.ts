/** Brings a file of a vendor or a mirror here: over HTTP or from a folder. */
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
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

/** Where to fetch from. */
export interface DownloadSource {
  readonly base: ReleaseBase
  /** How long a server may say nothing; 30 when left out. */
  readonly silenceSeconds?: number
}

/** What may come at most, and in which time. */
export interface Bounds {
  readonly bytes: number
  readonly seconds: number
}

/** Why a place gave nothing that can be used. */
export type FetchFailure =
  | { readonly kind: 'missing' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'too-slow' }
  | { readonly kind: 'unreachable'; readonly reason: string }

/** Whether releases come over the network, and not from a folder. */
export function isUrl(base: ReleaseBase): boolean {
  return /^https?:\/\//.test(base)
}

/** Where a path is under a base, for people and for fetching. */
export function locate(base: ReleaseBase, path: string): string {
  return isUrl(base) ? `${base.replace(/\/+$/, '')}/${path}` : join(base, path)
}

/** It answered that there is no such file. */
class NoSuchFile extends Error {}

/** What comes from a place, piece by piece. The time that the caller takes for a piece is not the server's silence. */
async function* chunksOf(
  source: DownloadSource,
  path: string,
  ended?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const place = locate(source.base, path)
  if (!isUrl(source.base)) {
    yield* createReadStream(place) as AsyncIterable<Buffer>
    return
  }
  const seconds = source.silenceSeconds ?? SILENCE_SECONDS
  const abort = new AbortController()
  const listen = (): NodeJS.Timeout =>
    setTimeout(() => abort.abort(new Error(`nothing came for ${seconds} s`)), seconds * 1000)
  let timer = listen()
  try {
    const signal = ended ? AbortSignal.any([abort.signal, ended]) : abort.signal
    const response = await fetch(place, { signal })
    const status = `it answered ${response.status} ${response.statusText}`.trim()
    if (response.status === 404 || response.status === 410) throw new NoSuchFile(status)
    if (!response.ok || !response.body) throw new Error(status)
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      clearTimeout(timer)
      yield chunk
      timer = listen()
    }
  } finally {
    clearTimeout(timer)
  }
}

/** The bytes of a small file. Throws {@link ReleaseError} when it cannot be had. */
export async function readSmall(source: DownloadSource, path: string): Promise<Buffer> {
  try {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of chunksOf(source, path)) {
      chunks.push(chunk)
      size += chunk.length
      if (size > SMALL_FILE_BYTES) throw new Error('it is far too long')
    }
    return Buffer.concat(chunks)
  } catch (error) {
    throw unreachable(source.base, path, error)
  }
}

/** The bytes of a file that nobody vouches for, within bounds; or why there are none. Never rejects. */
export async function readBounded(
  source: DownloadSource,
  path: string,
  { bytes, seconds }: Bounds,
): Promise<Buffer | FetchFailure> {
  const ended = AbortSignal.timeout(seconds * 1000)
  try {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of chunksOf(source, path, ended)) {
      chunks.push(chunk)
      size += chunk.length
      if (size > bytes) return { kind: 'too-large' }
    }
    return Buffer.concat(chunks)
  } catch (error) {
    if (ended.aborted) return { kind: 'too-slow' }
    if (isMissing(error)) return { kind: 'missing' }
    return { kind: 'unreachable', reason: reasonOfFetch(error) }
  }
}

/** Writes a file of any size to `target` and gives its SHA-256. Throws {@link ReleaseError} when it cannot be had. */
export async function download(source: DownloadSource, path: string, target: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    await pipeline(
      chunksOf(source, path),
      async function* (chunks) {
        for await (const chunk of chunks) {
          hash.update(chunk)
          yield chunk
        }
      },
      createWriteStream(target, { mode: 0o600 }),
    )
  } catch (error) {
    if (isFull(error)) throw error
    throw unreachable(source.base, path, error)
  }
  return hash.digest('hex')
}

/** Whether there was no room for a file. */
export function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
}

/** What a failure to read means to the user. */
function unreachable(base: ReleaseBase, path: string, error: unknown): ReleaseError {
  if (error instanceof ReleaseError) return error
  const url = locate(base, path)
  if (isMissing(error)) return new ReleaseError(releaseCodes.RELEASE_MISSING({ url }))
  return new ReleaseError(releaseCodes.RELEASE_UNREACHABLE({ url, reason: reasonOfFetch(error) }))
}

/** Whether who was asked answered that there is no such file. */
function isMissing(error: unknown): boolean {
  return error instanceof NoSuchFile || (error as NodeJS.ErrnoException).code === 'ENOENT'
}

/** The cause that lies under an error of `fetch`, which itself only says that it failed. */
function reasonOfFetch(error: unknown): string {
  const cause = error instanceof Error ? ((error.cause as Error | undefined) ?? error) : undefined
  // A name with several addresses: what each of them said stands in `errors`, and the message is empty.
  const inner = cause instanceof AggregateError ? (cause.errors[0] as Error | undefined) : cause
  return inner?.message ?? String(error)
}
