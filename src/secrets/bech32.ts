/** Reads bech32 (BIP 173), the form of age's keys: a prefix, a 1, five bits a character, a checksum of six. */

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const CHECKSUM_LENGTH = 6
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3]

/** What a bech32 text says. */
export interface Bech32 {
  /** In lower case. */
  readonly prefix: string
  readonly bytes: Buffer
}

/** Reads `text`; undefined when it is none, mixes upper and lower case, or its checksum is wrong. Any length is taken. */
export function readBech32(text: string): Bech32 | undefined {
  const lower = text.toLowerCase()
  if (text !== lower && text !== text.toUpperCase()) return undefined
  const separator = lower.lastIndexOf('1')
  const prefix = lower.slice(0, separator)
  const words = Array.from(lower.slice(separator + 1), (character) => ALPHABET.indexOf(character))
  if (separator < 1 || words.length < CHECKSUM_LENGTH || words.includes(-1)) return undefined
  if (checksum([...expanded(prefix), ...words]) !== 1) return undefined
  const bytes = bytesOf(words.slice(0, -CHECKSUM_LENGTH))
  return bytes && { prefix, bytes }
}

function expanded(prefix: string): readonly number[] {
  const codes = Array.from(prefix, (character) => character.charCodeAt(0))
  return [...codes.map((value) => value >> 5), 0, ...codes.map((value) => value & 31)]
}

function checksum(values: readonly number[]): number {
  let check = 1
  for (const value of values) {
    const top = check >>> 25
    check = ((check & 0x1ffffff) << 5) ^ value
    for (const [bit, generator] of GENERATORS.entries()) if ((top >> bit) & 1) check ^= generator
  }
  return check
}

/** Five bits each to eight bits each; what is left over has to be less than five zero bits. */
function bytesOf(words: readonly number[]): Buffer | undefined {
  const bytes: number[] = []
  let held = 0
  let bits = 0
  for (const word of words) {
    held = ((held << 5) | word) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((held >> bits) & 0xff)
  }
  return bits < 5 && (held & ((1 << bits) - 1)) === 0 ? Buffer.from(bytes) : undefined
}
