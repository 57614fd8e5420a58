/** The public SSH key of whoever sits here. */
import { readdirSync, readFileSync } from 'node:fs'
import { homeFolder } from '../support/home-folder.ts'
import { join, relative, resolve } from 'node:path'
import { parsePublicKey } from '../resources/authorized-key/public-key.ts'

/** In the order in which ssh(1) tries the keys of its own names. */
const USUAL = ['id_ed25519.pub', 'id_ecdsa.pub', 'id_ed25519_sk.pub', 'id_ecdsa_sk.pub', 'id_rsa.pub']

/** Path of a public key below `~/.ssh`, the one that ssh would try first; undefined when there is none. */
export function ownKey(): string | undefined {
  const folder = join(homeFolder(), '.ssh')
  const [first] = namesIn(folder)
    .filter((name) => name.endsWith('.pub') && holdsKey(join(folder, name)))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  return first === undefined ? undefined : `~/.ssh/${first}`
}

function rank(name: string): number {
  const at = USUAL.indexOf(name)
  return at === -1 ? USUAL.length : at
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function holdsKey(file: string): boolean {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .some((line) => parsePublicKey(line) !== undefined)
  } catch {
    return false
  }
}

/** A path that was typed in one folder, as it is written into a cluster file in another one; a key stays as it is. */
export function keyEntry(typed: string, from: string, folder: string): string {
  if (parsePublicKey(typed) !== undefined || /^[~/]/.test(typed)) return typed
  const path = relative(folder, resolve(from, typed))
  return path.startsWith('..') ? resolve(from, typed) : path
}
