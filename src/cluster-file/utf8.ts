/** Tells UTF-8 from other encodings, and where a file stops being it. */
import { TextLines } from './text-lines.ts'
import type { FilePlace } from '../diagnostics/diagnostic.ts'

/** A text, or what it is instead. */
export type Decoded =
  | { readonly text: string }
  | {
      readonly where: FilePlace
      /** What stands there: "byte 0xE4, which is ä in Windows-1252". */
      readonly found: string
      /** As iconv(1) calls it. */
      readonly encoding: string
    }

/** Byte order marks, the longer ones first (Unicode Standard, 23.8). */
const MARKS: readonly (readonly [mark: readonly number[], encoding: string])[] = [
  [[0xff, 0xfe, 0, 0], 'UTF-32'],
  [[0, 0, 0xfe, 0xff], 'UTF-32'],
  [[0xff, 0xfe], 'UTF-16'],
  [[0xfe, 0xff], 'UTF-16'],
]

/** The text of a file in UTF-8, with or without a byte order mark. */
export function decodeUtf8(file: string, bytes: Uint8Array): Decoded {
  const wide = wideEncoding(bytes)
  if (wide !== undefined) {
    const where = { file, line: 1, column: 1, length: 0 }
    return { where, found: `it is in ${wide}`, encoding: wide }
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    const at = firstWrongByte(bytes)
    const before = new TextDecoder().decode(bytes.subarray(0, at))
    const byte = bytes.subarray(at, at + 1)
    const hex = `0x${(byte[0] ?? 0).toString(16).toUpperCase().padStart(2, '0')}`
    return {
      where: new TextLines(file, `${before}?`).place([before.length, before.length + 1]),
      found: `byte ${at + 1} is ${hex}, which is ${new TextDecoder('windows-1252').decode(byte)} in Windows-1252`,
      encoding: 'WINDOWS-1252',
    }
  }
}

/** What has a mark, or a zero in every character of plain letters. */
function wideEncoding(bytes: Uint8Array): string | undefined {
  const marked = MARKS.find(([mark]) => mark.every((byte, index) => bytes[index] === byte))
  if (marked) return marked[1]
  if (bytes[0] !== 0 && bytes[1] === 0) return 'UTF-16LE'
  return bytes[0] === 0 && bytes[1] !== 0 && bytes.length > 1 ? 'UTF-16BE' : undefined
}

/** Index of the byte that begins what is no UTF-8. */
function firstWrongByte(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let start = 0
  try {
    for (let at = 0; at < bytes.length; at++) {
      // What is begun is given out when it is complete.
      if (decoder.decode(bytes.subarray(at, at + 1), { stream: true }) !== '') start = at + 1
    }
  } catch {
    return start
  }
  return start
}
