/** Where the sockets of open connections lie: a short path, ours alone, gone with the process that made it. */
import { accessSync, constants, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isProcessAlive } from '../../support/process-alive.ts'

/** A socket's path may have about 88 bytes with what ssh puts behind it, so long parents are of no use. */
const LONGEST_PARENT = 40

/** A folder with a short path in which our sockets may lie. */
export function socketParent(): string {
  const candidates = [process.env['XDG_RUNTIME_DIR'], tmpdir()]
  return (
    candidates.find(
      (folder) => folder !== undefined && folder.length <= LONGEST_PARENT && isWritable(folder),
    ) ?? '/tmp'
  )
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Makes the folder (mode 0700), and takes away those of our user's processes that were killed. */
export function makeSocketFolder(): string {
  const parent = socketParent()
  for (const name of readdirSync(parent)) {
    const pid = /^bramble-ssh-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || isProcessAlive(Number(pid))) continue
    const folder = join(parent, name)
    if (lstatSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.())
      rmSync(folder, { recursive: true, force: true })
  }
  return mkdtempSync(join(parent, `bramble-ssh-${process.pid}-`))
}
