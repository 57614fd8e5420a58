/** The version of this Bramble, as its package says. */
import { readFileSync } from 'node:fs'

/** Reads the version from `package.json`: the same file is two folders up from the source and from what is built. */
export function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { readonly version: string }).version
}
