/** The fingerprint that names contents, programs and resources. */
import { hash } from 'node:crypto'

/** Hexadecimal SHA-256 (FIPS 180-4) of bytes, or of the UTF-8 of a text. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data)
}
