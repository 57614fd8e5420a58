/** Where a command keeps what only this computer needs while it works, also when the cluster's own folder cannot be written to. */
import { isRefusal, unwritable } from './unwritable.ts'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, lstatSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { clusterCodes } from '../../diagnostics/catalogue/cluster.ts'
import type { ClusterFolder } from './cluster-folder.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'

/** A full disk still takes an empty file. */
const PROBE_BYTES = 4096

/**
 * A private folder to work in. Who only looks gets another one when the cluster's cannot be written to: read-only, full, or somebody else's.
 * Who is about to change something needs the folder itself. Throws {@link DiagnosticsError} when it cannot be written to.
 */
export function workingFolder(paths: ClusterFolder, purpose: 'look' | 'change'): string {
  try {
    makeRuntimeFolder(paths)
    probe(paths.runtimeFolder)
    if (purpose === 'change') {
      // What a run decides is written down before the first node gets any of it.
      for (const folder of [dirname(paths.lockFile), paths.secretsFolder])
        if (existsSync(folder)) probe(folder)
    }
    return paths.runtimeFolder
  } catch (error) {
    if (!isRefusal(error)) throw error
    if (purpose === 'change') throw unwritable(error)
    return passingFolder(paths.runtimeFolder)
  }
}

/** Makes the folder that never goes into git. */
function makeRuntimeFolder({ folder, runtimeFolder }: ClusterFolder): void {
  // One after the other: Node says of several at once that they are missing, whatever the file system refused.
  for (const path of [join(folder, '.bramble'), runtimeFolder]) if (!existsSync(path)) make(path)
  if ((statSync(runtimeFolder).mode & 0o077) !== 0) chmodSync(runtimeFolder, 0o700)
  const ignore = join(folder, '.bramble', '.gitignore')
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n')
}

/** Another run may be making it, too. */
function make(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Whether there is room and leave is told by nothing but a write. */
function probe(folder: string): void {
  const file = join(folder, `.tmp-${process.pid}-probe`)
  try {
    writeFileSync(file, Buffer.alloc(PROBE_BYTES), { mode: 0o600 })
  } finally {
    rmSync(file, { force: true })
  }
}

/** A folder of ours for this cluster that is not kept beyond the next restart of this computer. */
function passingFolder(instead: string): string {
  const uid = process.geteuid?.() ?? 0
  const digest = createHash('sha256').update(instead).digest('hex').slice(0, 16)
  for (const parent of [process.env['XDG_RUNTIME_DIR'], tmpdir(), '/tmp']) {
    if (parent === undefined) continue
    const folder = join(parent, `bramble-${uid}-${digest}`)
    try {
      make(folder)
      // Anybody may have made it first in a folder that is open to all.
      const seen = lstatSync(folder)
      if (!seen.isDirectory() || seen.uid !== uid || (seen.mode & 0o077) !== 0) continue
      probe(folder)
      return folder
    } catch (error) {
      if (!isRefusal(error)) throw error
    }
  }
  throw new DiagnosticsError([clusterCodes.FOLDER_UNWRITABLE({ folder: tmpdir(), refusal: 'EACCES' })])
}
