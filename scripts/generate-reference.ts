/** Writes the reference: `npm run reference`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { referencePages } from './reference/pages.ts'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))

for (const [path, text] of await referencePages()) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
