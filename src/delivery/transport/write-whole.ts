/** Replaces a small file in one step, so that nobody reads half of it. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Writes `text` with mode 0600 unless the file holds it already. Two writers of the same text do each other no harm. */
export function writeWhole(file: string, text: string): void {
  if (current(file) === text) return
  const draft = `${file}.${process.pid}.new`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, file)
}

function current(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
