/** Files of the secrets folder: found, read, and replaced in a way that a power cut cannot spoil. */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { link, mkdir, open, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import { limit } from '../support/limit.ts'
import { SECRET_FILE_ENDING, STORE_IDENTITY_NAME, isSecretName } from './secret-name.ts'
import { SecretsError } from './secrets-error.ts'

/** Start of the names of files that are not finished. */
const UNFINISHED = '.tmp-'

/** Files written at once: enough to keep a disk busy, few enough for any limit on open files. */
const PARALLEL_WRITES = 16

/** What lies in a secrets folder. */
export interface FolderListing {
  /** Names of the secrets, sorted. */
  readonly names: readonly string[]
  /** Paths of what a run left behind that did not come to its end; only the holder of the lock may delete them. */
  readonly unfinished: readonly string[]
}

/** Path of a secret's file. */
export function secretFile(folder: string, name: string): string {
  return join(folder, ...`${name}${SECRET_FILE_ENDING}`.split('/'))
}

/** Finds the secrets; an absent folder has none. Refuses links, which could lead out of the folder. */
export function listFolder(folder: string): FolderListing {
  const names: string[] = []
  const unfinished: string[] = []
  const walk = (below: string): void => {
    for (const entry of entriesOf(join(folder, below))) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.name.startsWith(UNFINISHED)) unfinished.push(join(folder, path))
      else if (entry.isSymbolicLink()) throw tampered(join(folder, path), 'it is a symbolic link')
      else if (entry.isDirectory() && !entry.name.startsWith('.')) walk(path)
      else if (entry.isFile() && path.endsWith(SECRET_FILE_ENDING)) {
        names.push(path.slice(0, -SECRET_FILE_ENDING.length))
      }
    }
  }
  walk('')
  const secrets = names.filter((name) => name !== STORE_IDENTITY_NAME)
  const stray = secrets.find((name) => !isSecretName(name))
  if (stray !== undefined) throw new SecretsError(secretsCodes.SECRET_NAME_INVALID({ name: stray }))
  return { names: secrets.toSorted(), unfinished }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw unreadable(folder, error)
  }
}

/** The text of a file; undefined when there is none. Not asynchronous: a thousand small files are read faster so. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw unreadable(file, error)
  }
}

/** Creates a private file in a private folder; false when it exists already. Never shows a half-written file. */
export async function createFileOnce(file: string, text: string): Promise<boolean> {
  return written(file, async () => {
    const folder = dirname(file)
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const unfinished = await writeUnfinished(folder, text)
    try {
      await link(unfinished, file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    } finally {
      await rm(unfinished, { force: true })
    }
    await syncFolder(folder)
    return true
  })
}

/**
 * Replaces files: all are written and on the disk under other names first, then they take their places in order, then the
 * folders are written. When writing fails (a full disk), nothing has changed.
 */
export async function replaceFiles(folder: string, texts: ReadonlyMap<string, string>): Promise<void> {
  const unfinished = new Map<string, string>()
  try {
    await inParallel([...texts], ([file, text]) =>
      written(file, async () => {
        await mkdir(dirname(file), { recursive: true, mode: 0o700 })
        unfinished.set(file, await writeUnfinished(dirname(file), text))
      }),
    )
    for (const file of texts.keys()) {
      await written(file, () => rename(unfinished.get(file) ?? '', file))
      unfinished.delete(file)
    }
  } finally {
    for (const path of unfinished.values()) await rm(path, { force: true })
  }
  await inParallel(foldersUpTo(folder, [...texts.keys()]), (path) => written(path, () => syncFolder(path)))
}

/** Deletes files, and the folders below `folder` that are empty then. */
export async function removeFiles(folder: string, files: readonly string[]): Promise<void> {
  for (const file of files) await written(file, () => rm(file, { force: true }))
  const inner = foldersUpTo(folder, files).filter((path) => path !== folder)
  // Deepest first; one that still holds something stays.
  for (const path of inner.toSorted((a, b) => b.length - a.length)) await rmdir(path).catch(() => undefined)
  const left = foldersUpTo(folder, files)
  for (const path of left) await syncFolder(path).catch(() => undefined)
}

async function writeUnfinished(folder: string, text: string): Promise<string> {
  const path = join(folder, `${UNFINISHED}${process.pid}-${randomBytes(8).toString('hex')}`)
  const handle = await open(path, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  return path
}

/** A new name is on the disk only when its folder is (fsync(2)). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The folders of `files`, and those above them up to `folder`. */
function foldersUpTo(folder: string, files: readonly string[]): readonly string[] {
  const found = new Set<string>()
  for (const file of files) {
    for (let path = dirname(file); path.startsWith(folder); path = dirname(path)) found.add(path)
  }
  return [...found]
}

async function inParallel<Item>(
  items: readonly Item[],
  action: (item: Item) => Promise<void>,
): Promise<void> {
  const within = limit(PARALLEL_WRITES)
  // Waits for all of them, so that nothing is still being written when the caller cleans up.
  const results = await Promise.allSettled(items.map((item) => within(() => action(item))))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

async function written<Result>(file: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action()
  } catch (error) {
    const problem = (error as Error).message
    throw new SecretsError(secretsCodes.SECRETS_UNWRITABLE({ file, problem }))
  }
}

/** The error for a file that is not as Bramble left it. */
export function tampered(file: string, problem: string): SecretsError {
  return new SecretsError(secretsCodes.SECRET_TAMPERED({ file, problem }))
}

function unreadable(file: string, error: unknown): SecretsError {
  return new SecretsError(secretsCodes.SECRETS_UNREADABLE({ file, problem: (error as Error).message }))
}
