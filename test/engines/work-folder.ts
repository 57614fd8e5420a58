/** Folders that engines are built in, beside where they are kept. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isProcessAlive } from '../../src/support/process-alive.ts'

/** Makes one, and takes away those of builds that were killed. Throws when the cache cannot be written to. */
export function makeWorkFolder(cache: string): string {
  mkdirSync(cache, { recursive: true })
  for (const name of readdirSync(cache).filter(isAbandoned)) {
    rmSync(join(cache, name), { recursive: true, force: true })
  }
  return mkdtempSync(join(cache, `.build-${process.pid}-`))
}

/** The name has the number of the process that made it. */
function isAbandoned(name: string): boolean {
  const [, pid] = /^\.build-(\d+)-/.exec(name) ?? []
  return pid !== undefined && !isProcessAlive(Number(pid))
}
