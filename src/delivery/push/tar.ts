/** Writes a tar archive (POSIX.1-1988 ustar): a few regular files of root with mode 0600. No library is needed for that. */
import { createReadStream } from 'node:fs'

/** One file of the archive. */
export interface TarEntry {
  /** At most 100 bytes of ASCII. */
  readonly name: string
  readonly bytes: Uint8Array | { readonly path: string; readonly size: number }
}

const BLOCK = 512

function sizeOf({ bytes }: TarEntry): number {
  return bytes instanceof Uint8Array ? bytes.length : bytes.size
}

function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK
}

/** Length of the archive in bytes, known before a file is read. */
export function tarSize(entries: readonly TarEntry[]): number {
  return entries.reduce((sum, entry) => sum + BLOCK + padded(sizeOf(entry)), 2 * BLOCK)
}

function header(entry: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
  block.write(entry.name, 0, 100, 'latin1')
  block.write(octal(0o600, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(sizeOf(entry), 12), 124)
  block.write(octal(0, 12), 136)
  block.write(' '.repeat(8), 148)
  block.write('0', 156)
  block.write('ustar\x0000', 257, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** The bytes of the archive. Throws when a file of this computer is not as long as was said. */
export async function* tarChunks(entries: readonly TarEntry[]): AsyncGenerator<Uint8Array> {
  for (const entry of entries) {
    yield header(entry)
    if (entry.bytes instanceof Uint8Array) yield entry.bytes
    else yield* fileChunks(entry.bytes)
    yield Buffer.alloc(padded(sizeOf(entry)) - sizeOf(entry))
  }
  yield Buffer.alloc(2 * BLOCK)
}

async function* fileChunks({ path, size }: { path: string; size: number }): AsyncGenerator<Uint8Array> {
  let seen = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    seen += (chunk as Buffer).length
    yield chunk as Buffer
  }
  if (seen !== size) throw new Error(`${path} has ${seen} bytes and not ${size}`)
}
