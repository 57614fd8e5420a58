/** The ways in which programs write a value down: plain, encoded, quoted, line by line. */
import { MINIMUM_SECRET_LENGTH } from './secret-content.ts'

/** Every form in which `text` is looked for, itself included; none when it is too short. */
export function writtenForms(text: string): ReadonlySet<string> {
  const forms = new Set<string>()
  const lines = text.split(/\r?\n/).filter((line) => !line.startsWith('-----'))
  for (const part of [text, text.trim(), ...lines, ...lines.map((line) => line.trim())]) {
    if (part.length < MINIMUM_SECRET_LENGTH) continue
    for (const quoted of quotedForms(part)) {
      forms.add(quoted)
      for (const encoded of encodedForms(quoted)) forms.add(encoded)
    }
    for (const encoded of urlForms(part)) forms.add(encoded)
  }
  return forms
}

/** As text inside a quoted text. For most secrets, all of them are the secret itself. */
function quotedForms(text: string): ReadonlySet<string> {
  const json = inJson(text)
  // Go's encoder writes HTML's characters as numbers, Python's all that are not ASCII.
  const careful = [/[<>&\u2028\u2029]/g, /[\u007f-\uffff]/g, /[<>&\u007f-\uffff]/g]
  return new Set([
    text,
    json,
    ...careful.map((characters) => json.replace(characters, unicodeEscape)),
    json.replaceAll('/', '\\/'),
    inJson(json),
    text.replaceAll("'", `'\\''`),
    text.replace(/[&<>"']/g, (character) => HTML[character] ?? character),
  ])
}

const HTML: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Base64 and hexadecimal. */
function encodedForms(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  const hex = bytes.toString('hex')
  const base64 = [bytes.toString('base64'), ...[0, 1, 2].map((shift) => base64Core(bytes, shift))]
  const urlSafe = base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))
  return [hex, hex.toUpperCase(), ...base64, ...urlSafe]
}

/**
 * The characters that are certain when `bytes` stand somewhere in something longer that is encoded as a whole: three
 * bytes become four characters, so it depends on how many bytes (modulo three) come before.
 */
function base64Core(bytes: Buffer, bytesBefore: number): string {
  const encoded = Buffer.concat([Buffer.alloc(bytesBefore), bytes]).toString('base64')
  const uncertainStart = Math.ceil((bytesBefore * 8) / 6)
  const certainEnd = Math.floor(((bytesBefore + bytes.length) * 8) / 6)
  return encoded.slice(uncertainStart, certainEnd)
}

/** Percent encoding: programs differ in what they leave alone, and in the case of the digits. */
function urlForms(text: string): readonly string[] {
  // A lone half of a surrogate pair has no encoding; as bytes it is the replacement character.
  const component = encodeURIComponent(Buffer.from(text).toString())
  const strict = component.replace(/[!'()*]/g, percent)
  const forms = [component, strict, strict.replaceAll('%2F', '/'), strict.replaceAll('%20', '+')]
  const lower = forms.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()))
  return [...forms, ...lower]
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}
