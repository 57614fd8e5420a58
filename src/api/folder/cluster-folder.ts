/** Where things of a cluster lie. The twin in the lab has a place of its own for everything that is not the cluster file. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { resolveCodes } from '../../diagnostics/catalogue/resolve.ts'
import { EMPTY_LOCK, lockText, parseLock, type ClusterLock } from '../../cluster-lock/cluster-lock.ts'
import { reasonOf } from '../../support/reason.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import { unwritable } from './unwritable.ts'

/** The paths of one cluster, all absolute. */
export interface ClusterFolder {
  /** Where the cluster file is. */
  readonly folder: string
  readonly lockFile: string
  readonly secretsFolder: string
  readonly knownHostsFile: string
  /** What only this computer needs while it works; never in git. */
  readonly runtimeFolder: string
  /** The lab's own identity; undefined for boards, whose identity lies outside the folder. */
  readonly identityFile: string | undefined
  /** The lab's own SSH key pair, private half. */
  readonly labKeyFile: string
}

/** The paths for the boards, or for their twin in the lab. */
export function clusterFolder(folder: string, lab: boolean): ClusterFolder {
  const runtimeFolder = join(folder, '.bramble', ...(lab ? ['lab'] : []))
  const kept = lab ? runtimeFolder : folder
  return {
    folder,
    lockFile: join(kept, 'cluster.lock'),
    secretsFolder: join(kept, 'secrets'),
    knownHostsFile: join(kept, 'known_hosts'),
    runtimeFolder,
    identityFile: lab ? join(runtimeFolder, 'identity.txt') : undefined,
    labKeyFile: join(runtimeFolder, 'ssh', 'id_ed25519'),
  }
}

/** Reads the lock; a cluster that was never looked at has an empty one. Throws {@link DiagnosticsError} for a broken one. */
export async function readLock(file: string, lab: boolean): Promise<ClusterLock> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY_LOCK
    throw error
  }
  try {
    return parseLock(text)
  } catch (error) {
    const reason = reasonOf(error)
    const kept = lab ? 'twin' : /^<{7} /m.test(text) ? 'merge' : isInGit(dirname(file)) ? 'git' : 'nowhere'
    throw new DiagnosticsError([
      resolveCodes.LOCK_UNREADABLE({ file: relative('.', file), reason: firstLine(reason), kept }),
    ])
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.replace(/:$/, '') ?? ''
}

function isInGit(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true
  return dirname(folder) !== folder && isInGit(dirname(folder))
}

/** Writes the lock when it differs from what is there; replaced in one step. Throws {@link DiagnosticsError} when it cannot be written. */
export async function writeLock(file: string, lock: ClusterLock): Promise<void> {
  const text = lockText(lock)
  const old = await readFile(file, 'utf8').catch(() => undefined)
  if (old === text) return
  const temporary = `${file}.${process.pid}.new`
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(temporary, text, { flush: true })
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw unwritable(error)
  }
}
