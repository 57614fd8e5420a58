/** What Consul takes as a key and as a value of its key-value store; one rule for all versions. */
import type { Mistake } from '../../cluster-file/forms.ts'
import { KV_FOLDER } from './names.ts'

/** Most bytes of a value (Consul, "kv_max_value_size": 512 KiB unless set otherwise). */
const MOST_VALUE_BYTES = 512 * 1024
const MOST_KEY_CHARACTERS = 512

/** What Go's unicode.IsPrint lets through: the HTTP API answers everything else with 400 (all versions since 1.0). */
const UNPRINTABLE = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

/** Unprintable characters that people paste without seeing them. */
const NAMES: Readonly<Record<string, string>> = {
  '\u00A0': 'a no-break space',
  '\u00AD': 'a soft hyphen',
  '\u200B': 'a zero-width space',
  '\uFEFF': 'a byte order mark',
  '\t': 'a tab',
  '\n': 'a line break',
}

/**
 * What is wrong with a key. Climbing paths are answered with a redirect by every version; since 1.21.5 and 1.22 encoded ones and
 * blanks at either end are refused, too (CVE-2025-11392).
 */
export function kvKeyMistake(key: string): Mistake | undefined {
  if (key === '') return { problem: 'is empty', fix: 'name the entry, such as app/colour' }
  if (key.length > MOST_KEY_CHARACTERS) {
    return { problem: `is too long: at most ${MOST_KEY_CHARACTERS} characters`, fix: 'shorten it' }
  }
  const unprintable = UNPRINTABLE.exec(key)?.[0]
  if (unprintable !== undefined) return unprintableMistake(key, unprintable)
  if (key !== key.trim()) {
    return {
      problem: 'begins or ends with a blank',
      fix: `write "${key.trim()}"`,
      why: 'Consul refuses it since 1.21.5',
    }
  }
  if (key.startsWith('/')) {
    return {
      problem: 'starts with a slash',
      fix: `write "${key.replace(/^\/+/, '')}"`,
      why: 'the API takes it for another key',
    }
  }
  if (climbs(key)) {
    return {
      problem: 'has a part that is empty, "." or ".."',
      fix: 'write the path as it is meant, such as app/colour',
      why: 'Consul takes such a path for another key, or refuses it',
    }
  }
  if (key.startsWith(KV_FOLDER)) {
    return {
      problem: `lies below ${KV_FOLDER}`,
      fix: 'choose another folder',
      why: 'Bramble keeps there what it has made in Consul',
    }
  }
  return undefined
}

function unprintableMistake(key: string, character: string): Mistake {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
  const replacement = /\s/.test(character) ? ' ' : ''
  return {
    problem: `holds ${NAMES[character] ?? 'an unprintable character'} (${code})`,
    fix: `write "${key.replaceAll(new RegExp(UNPRINTABLE, 'gu'), replacement).trim()}"`,
    why: 'Consul refuses every request for such a key',
  }
}

/** Also when it is encoded for a URL, once or twice. */
function climbs(key: string): boolean {
  const spellings = [key, decoded(key), decoded(decoded(key))]
  return spellings.some((spelling) =>
    // A folder ends with one slash.
    spelling
      .replace(/\/$/, '')
      .split(/[/\\]/)
      .some((part) => ['', '.', '..'].includes(part)),
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What is wrong with a value. An empty one is an entry like any other. */
export function kvValueMistake(value: string): Mistake | undefined {
  const bytes = Buffer.byteLength(value)
  if (bytes <= MOST_VALUE_BYTES) return undefined
  return {
    problem: `holds ${bytes} bytes, more than the ${MOST_VALUE_BYTES} that Consul takes`,
    fix: 'keep large contents in a file or on a server, and write here where they are',
    why: 'every server keeps all values in memory and copies each change to the others, so Consul refuses it',
  }
}
