/** What `bramble` stands for in files of the user. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Path of the public API: what `bramble` stands for in a typed cluster file, wherever the file lies and whether or not it is installed there. */
export function publicModule(): string {
  const built = fileURLToPath(new URL('../index.js', import.meta.url))
  // From its sources Bramble offers what every such file needs; translating all of it would take a minute.
  return existsSync(built) ? built : fileURLToPath(new URL('parts.ts', import.meta.url))
}
