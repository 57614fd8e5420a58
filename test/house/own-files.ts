/** The files that people wrote: what git keeps or would keep, without what is generated. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Paths from the top folder, sorted. */
export function ownFiles(): readonly string[] {
  // New files count before they are committed, or a fault would only show afterwards.
  // A folder that belongs to somebody else, as in a container, is no reason to refuse.
  const args = ['-c', 'safe.directory=*', 'ls-files', '--cached', '--others', '--exclude-standard', '-z']
  const paths = execFileSync('git', args, { encoding: 'utf8', maxBuffer: 1 << 26 }).split('\0')
  return [...new Set(paths)].filter((path) => path !== '' && existsSync(path)).toSorted()
}
