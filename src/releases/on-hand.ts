/** What can be had without asking anybody: releases that were fetched before, and those in a folder that serves as a mirror. */
import { mkdir, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { z } from 'zod'
import type { ReleaseLayout } from './layout.ts'
import type { ReleasedVersion } from './index-sort.ts'
import { isPlainVersion } from './version.ts'

const noteSchema = z.object({
  product: z.string(),
  version: z.string().refine(isPlainVersion),
  architecture: z.string(),
  /** When it was fetched, as ISO 8601. */
  fetched: z.iso.datetime(),
})

/** What a folder of the cache is; its name is the SHA-256 of the archive. */
export type ReleaseNote = z.output<typeof noteSchema>

/** A version that is on hand, and since when. */
export interface VersionOnHand extends ReleasedVersion {
  readonly since: Date
  /** SHA-256 of the archives by architecture, where they were checked when they were fetched. */
  readonly sums?: Readonly<Record<string, string>>
}

/** Name of the note beside what was unpacked. */
const NOTE = 'release.json'

/** Notes which release an archive is, once: so that it is found when its maker cannot be asked. */
export async function noteRelease(
  cacheFolder: string,
  archiveSha256: string,
  release: Omit<ReleaseNote, 'fetched'>,
  now: Date,
): Promise<void> {
  const folder = join(cacheFolder, archiveSha256)
  const path = join(folder, NOTE)
  if (await stat(path).catch(() => undefined)) return
  await mkdir(folder, { recursive: true })
  const { product, version, architecture } = release
  const note: ReleaseNote = { product, version, architecture, fetched: now.toISOString() }
  await writeFile(`${path}.new`, `${JSON.stringify(note)}\n`, { flush: true })
  await rename(`${path}.new`, path)
}

/** The versions of a product that the cache holds; none when there is no cache. */
export async function versionsInCache(cacheFolder: string, product: string): Promise<VersionOnHand[]> {
  const byVersion = new Map<string, VersionOnHand>()
  for (const sha256 of (await readdir(cacheFolder).catch(() => [])).sort()) {
    if (!/^[0-9a-f]{64}$/.test(sha256)) continue
    const note = await readNote(join(cacheFolder, sha256, NOTE))
    if (note?.product !== product) continue
    const other = byVersion.get(note.version)
    const fetched = new Date(note.fetched)
    byVersion.set(note.version, {
      version: note.version,
      architectures: [...(other?.architectures ?? []), note.architecture],
      sums: { ...other?.sums, [note.architecture]: sha256 },
      since: other && other.since < fetched ? other.since : fetched,
    })
  }
  return [...byVersion.values()]
}

async function readNote(path: string): Promise<ReleaseNote | undefined> {
  try {
    return noteSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    // Not there, or cut off while it was written: then it is as if the release had not been fetched.
    return undefined
  }
}

/** What is looked for in a folder. */
export interface LookedFor {
  readonly product: string
  readonly layout: Pick<ReleaseLayout, 'file'>
}

/** The versions of a product that lie in a folder as their maker lays them out, for any of these architectures. */
export async function versionsInFolder(
  mirror: string,
  { product, layout }: LookedFor,
  architectures: readonly string[],
): Promise<VersionOnHand[]> {
  const fileOf = (version: string, architecture: string): string =>
    join(mirror, layout.file({ product, version, architecture }))
  const found: VersionOnHand[] = []
  for (const version of await versionsAt(fileOf(MARK, architectures[0] ?? ''))) {
    const times = new Map<string, Date>()
    for (const architecture of architectures) {
      const file = await stat(fileOf(version, architecture)).catch(() => undefined)
      if (file !== undefined) times.set(architecture, file.mtime)
    }
    const [since] = [...times.values()].sort((a, b) => a.getTime() - b.getTime())
    if (since !== undefined) found.push({ version, architectures: [...times.keys()], since })
  }
  return found
}

/** Versions by the name of the first folder, or file, on a way that has {@link MARK} in their place. */
async function versionsAt(way: string): Promise<string[]> {
  const parts = way.split(sep)
  const at = parts.findIndex((part) => part.includes(MARK))
  const [before = '', after = ''] = (parts[at] ?? '').split(MARK)
  const names = await readdir(parts.slice(0, at).join(sep) || sep).catch(() => [])
  return names
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .map((name) => name.slice(before.length, name.length - after.length))
    .filter(isPlainVersion)
    .sort()
}

/** Stands for a version; no path has it. */
const MARK = '\0'
