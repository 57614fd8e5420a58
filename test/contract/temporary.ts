/** Where tests put what they throw away. */
import { accessSync, constants, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

function parent(): string {
  try {
    // Programs flush every file that they write; in memory that costs nothing.
    accessSync('/dev/shm', constants.W_OK)
    return '/dev/shm'
  } catch {
    return tmpdir()
  }
}

/** A new empty folder, in memory where the system has a file system for that. */
export function temporaryFolder(purpose: string): string {
  return mkdtempSync(join(parent(), `bramble-${purpose}-`))
}
