/** Scratch roots: a folder that stands for the root of a node, what is put into it first, and what is in it now. */
import { createHash } from 'node:crypto'
import {
  chmod,
  chown,
  link,
  lstat,
  lutimes,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { temporaryFolder } from './temporary.ts'

/** What is at a path before or after: text of a file, `null` for nothing there, or the long form. */
export type Entry =
  | string
  | null
  | { readonly text: string; readonly mode?: string; readonly owner?: readonly [uid: number, gid: number] }
  | { readonly folder: true; readonly mode?: string; readonly owner?: readonly [uid: number, gid: number] }
  | { readonly link: string }

/** Entries by absolute path on the node. */
export type Tree = Readonly<Record<string, Entry>>

/** Everything below a root: one line of properties for each path. */
export type Snapshot = Readonly<Record<string, string>>

/** A root with the folders that every Linux system has. */
export async function makeRoot(given: Tree = {}): Promise<string> {
  const root = temporaryFolder('root')
  await chmod(root, 0o755)
  for (const folder of ['etc', 'run', 'srv', 'tmp', 'usr', 'var', 'var/lib'])
    await mkdir(join(root, folder), { mode: 0o755 })
  for (const [path, entry] of Object.entries(given)) await place(root, path, entry)
  return root
}

/** Removes a root. */
export async function removeRoot(root: string): Promise<void> {
  await rm(root, { recursive: true, force: true })
}

/** Puts one entry into a root. */
export async function place(root: string, path: string, entry: Entry): Promise<void> {
  const target = join(root, path)
  if (entry === null) return
  await mkdir(dirname(target), { recursive: true })
  if (typeof entry === 'string') return writeFile(target, entry, { mode: 0o644 })
  if ('link' in entry) return symlink(entry.link, target)
  if ('folder' in entry) await mkdir(target, { recursive: true })
  else await writeFile(target, entry.text)
  await chown(target, ...(entry.owner ?? ([0, 0] as const)))
  await chmod(target, Number.parseInt(entry.mode ?? ('folder' in entry ? '755' : '644'), 8))
}

/** What is at a path, in the form that {@link Tree} has; `mode` and `owner` only where `like` asks for them. */
export async function entryAt(root: string, path: string, like: Entry): Promise<Entry> {
  const target = join(root, path)
  const found = await lstat(target).catch(() => null)
  if (!found) return null
  if (found.isSymbolicLink()) return { link: await readlink(target) }
  const asked = typeof like === 'object' && like !== null ? like : {}
  const extra = {
    ...('mode' in asked && { mode: (found.mode & 0o7777).toString(8) }),
    ...('owner' in asked && { owner: [found.uid, found.gid] as const }),
  }
  if (found.isDirectory()) return { folder: true, ...extra }
  const text = await readFile(target, 'utf8')
  return typeof like === 'object' && like !== null && 'text' in like ? { text, ...extra } : text
}

/** Where files of a root have their second names. */
const SECOND_NAMES = '/srv/second-names'
/** 2001-02-03T04:05:06.789Z: no run of today gives a file this time. */
const OLD_SECONDS = 981_173_106.789

/** What must come back as it was: the time of the last change of every file and link, and that two names are one file. */
export interface Identity {
  readonly path: string
  readonly second: string | undefined
  readonly changed: bigint
}

/** Gives each file and link of a tree a time of long ago, and each file a second name (a hard link) elsewhere. */
export async function age(root: string, tree: Tree): Promise<readonly Identity[]> {
  await mkdir(join(root, SECOND_NAMES), { recursive: true })
  const all = Object.entries(tree).map(async ([path, entry], index): Promise<Identity[]> => {
    if (entry === null || (typeof entry === 'object' && 'folder' in entry)) return []
    const isLink = typeof entry === 'object' && 'link' in entry
    const second = isLink ? undefined : `${SECOND_NAMES}/${index}`
    await lutimes(join(root, path), OLD_SECONDS, OLD_SECONDS)
    if (second !== undefined) await link(join(root, path), join(root, second))
    const { mtimeNs } = await lstat(join(root, path), { bigint: true })
    return [{ path, second, changed: mtimeNs }]
  })
  return (await Promise.all(all)).flat()
}

/** Paths that are there and are not what they were. */
export async function changedIdentities(root: string, all: readonly Identity[]): Promise<string[]> {
  const found = all.map(async ({ path, second, changed }) => {
    const now = await lstat(join(root, path), { bigint: true }).catch(() => null)
    if (now === null) return [`${path} is gone`]
    const problems = now.mtimeNs === changed ? [] : [`${path} has another time`]
    if (second === undefined) return problems
    const other = await lstat(join(root, second), { bigint: true })
    if (other.ino !== now.ino) problems.push(`${path} is no longer the file that ${second} is`)
    if (other.nlink !== 2n) problems.push(`${path} has ${other.nlink} names`)
    return problems
  })
  return (await Promise.all(found)).flat()
}

/** Which paths are left out of a {@link snapshot}: what a program itself needs while it runs. */
const OWN_WORK = /^\/run\/bramble(\/|$)/

/**
 * All paths below a root with type, mode, owner, content and, with `times`, the time of the last change in nanoseconds.
 * `without` leaves out further paths.
 */
export async function snapshot(root: string, times: boolean, without?: RegExp): Promise<Snapshot> {
  const lines: Record<string, string> = {}
  const visit = async (path: string): Promise<void> => {
    if (OWN_WORK.test(path)) return
    const target = join(root, path)
    const found = await lstat(target, { bigint: true })
    const type = found.isDirectory() ? 'folder' : found.isSymbolicLink() ? 'link' : 'file'
    const content =
      type === 'link'
        ? await readlink(target)
        : found.isFile()
          ? createHash('sha256')
              .update(await readFile(target))
              .digest('hex')
          : ''
    // A program makes its own folder in /run, and that changes the time of /run.
    const time = times && path !== '/run' ? ` ${found.mtimeNs}` : ''
    if (!without?.test(path)) {
      lines[path === '' ? '/' : path] =
        `${type} ${(found.mode & 0o7777n).toString(8)} ${found.uid}:${found.gid} ${content}${time}`
    }
    if (type === 'folder') for (const name of await readdir(target)) await visit(`${path}/${name}`)
  }
  await visit('')
  return Object.fromEntries(Object.entries(lines).sort(([a], [b]) => (a < b ? -1 : 1)))
}
