/** The file of pinned host keys: who is in it, what a line says, and how it is kept tidy. */
import { createHash } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** One pinned key. */
export interface PinnedKey {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** As ssh shows it: `SHA256:` and the digest in base64 without padding. */
  readonly fingerprint: string
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch (error) {
    // Keys that cannot be read are not keys that are not pinned: a stranger would be let in.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return []
  }
}

/** Names that have at least one pinned key (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). `[host]:port` counts as `host`. */
export function pinnedNames(file: string): Set<string> {
  const names = linesOf(file)
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('@'))
    .flatMap((line) => (line.split(' ')[0] ?? '').split(','))
  return new Set(names.map((name) => name.replace(/^\[(.*)\]:\d+$/, '$1')))
}

function keyOf(file: string, text: string, index: number): PinnedKey | undefined {
  const blob = text.split(' ')[2]
  if (!blob) return undefined
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64')
  return { file, line: index + 1, fingerprint: `SHA256:${digest.replace(/=+$/, '')}` }
}

/** The key in one line of the file, counted from 1; undefined when there is none. */
export function pinnedKey(file: string, line: number): PinnedKey | undefined {
  return keyOf(file, linesOf(file)[line - 1] ?? '', line - 1)
}

/** The first key that is pinned for a name. */
export function pinnedKeyOf(file: string, name: string): PinnedKey | undefined {
  const lines = linesOf(file)
  const index = lines.findIndex((line) => (line.split(' ')[0] ?? '').split(',').includes(name))
  return index < 0 ? undefined : keyOf(file, lines[index] ?? '', index)
}

/** Two connections that meet a key for the first time at once both write it down: leaves each line once. */
export function tidyKnownHosts(file: string): void {
  const lines = linesOf(file)
  const kept = lines.filter((line, index) => line === '' || lines.indexOf(line) === index)
  if (kept.length === lines.length) return
  try {
    replace(file, kept)
  } catch {
    // Where nothing can be written, nobody wrote the second line either.
  }
}

/** A board that is called otherwise is known by its new name, and still by no other key. */
export function renamePinnedKeys(file: string, name: string, to: string): void {
  const lines = linesOf(file)
  const renamed = lines.map((line) => {
    const [names = '', ...rest] = line.split(' ')
    return [
      names
        .split(',')
        .map((own) => (own === name ? to : own))
        .join(','),
      ...rest,
    ].join(' ')
  })
  if (renamed.join('\n') !== lines.join('\n')) replace(file, renamed)
}

function replace(file: string, lines: readonly string[]): void {
  const draft = `${file}.${process.pid}.new`
  writeFileSync(draft, lines.join('\n'), { mode: 0o644 })
  renameSync(draft, file)
}
