/** What is kept on disk of each lab: which nodes it has, their addresses, and the folder of each node. */
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sha256 } from '../support/sha256.ts'
import { LAB_GROUP } from './control-group.ts'
import type { LabIdentity } from './lab-spec.ts'

/** Folder of all labs' state. */
export const STATE_FOLDER = '/var/lib/bramble/lab'
/** Folder of what all labs share and `lab down` leaves: base images. */
export const CACHE_FOLDER = '/var/cache/bramble/lab'
/** Folder of the Debian packages that nodes have fetched. */
export const PACKAGE_FOLDER = '/var/cache/bramble/apt'

/** A node as it was made. */
export interface StoredNode {
  /** A machine with a kernel of its own; left out, it is in namespaces of this computer. */
  readonly emulated?: true
  readonly address: string
  /** Folder of the base image below it. */
  readonly base: string
  /** Hard limit, for an emulated node what the machine has; none when boards share the computer's memory. */
  readonly memoryBytes?: number
}

/** A lab as it was made; written before the first thing of it is. */
export interface StoredLab extends LabIdentity {
  /** First three numbers of its addresses, for instance `10.213.7`. */
  readonly network: string
  readonly nodes: Readonly<Record<string, StoredNode>>
}

/** The short name of a lab, in names of links, groups and folders: eight hexadecimal digits. */
export function labKey(id: LabIdentity): string {
  return sha256(`${id.cluster}\n${id.folder}`).slice(0, 8)
}

/** The folder of a lab's state. */
export function labFolder(key: string): string {
  return join(STATE_FOLDER, key)
}

/** The folder of a node's disk, settings and log. */
export function nodeFolder(key: string, node: string): string {
  return join(labFolder(key), 'nodes', node)
}

/** The control group of a lab. */
export function labGroup(key: string): string {
  return `${LAB_GROUP}/${key}`
}

/** The control group of a node. */
export function nodeGroup(key: string, node: string): string {
  return `${labGroup(key)}/${node}`
}

/** The control group of what keeps a lab's nodes running; no node can have this name. */
export function runnerGroup(key: string): string {
  return `${labGroup(key)}/_runners`
}

/** Path of a file that lies beside the lab's own code, in the sources, the built package and its bundle. */
export function besideLab(name: string): string {
  return fileURLToPath(new URL(`../lab/${name}`, import.meta.url))
}

/** Reads a lab; `undefined` when there is none. */
export async function readLab(key: string): Promise<StoredLab | undefined> {
  try {
    return JSON.parse(await readFile(join(labFolder(key), 'lab.json'), 'utf8')) as StoredLab
  } catch (error) {
    // A file cut short by a crash of the computer is as good as none: down and up make it anew.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Writes a lab, whole or not at all. */
export async function writeLab(key: string, lab: StoredLab): Promise<void> {
  const file = join(labFolder(key), 'lab.json')
  await mkdir(labFolder(key), { recursive: true })
  await writeFile(`${file}.new`, `${JSON.stringify(lab, undefined, 2)}\n`, { flush: true })
  await rename(`${file}.new`, file)
}

/** The keys of all labs on this computer, also of those that are half made or half removed. */
export function labKeys(): Promise<string[]> {
  return foldersIn(STATE_FOLDER)
}

/** The names of all nodes that a lab has a folder of. */
export async function nodeNames(key: string): Promise<string[]> {
  const folders = await foldersIn(join(labFolder(key), 'nodes'))
  // A name has no dot; a folder in the making has.
  return folders.filter((name) => !name.includes('.'))
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  } catch (error) {
    // A folder that may not be read is not one that holds nothing.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return []
  }
}
