/** Guided edits of the cluster file: what would come out is opened like any cluster, and written only when somebody says so. */
import { copyFile, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { ClusterLock, LeftNode } from '../../cluster-lock/cluster-lock.ts'
import { withRenamedNode } from '../../cluster-lock/renamed-node.ts'
import { editedParts, type EditedFile } from '../../cluster-file/edit/edit-parts.ts'
import { changesOf, mentions, type NodeEdit } from '../../cluster-file/edit/node-edits.ts'
import { findClusterFile } from '../../cluster-file/find.ts'
import { clusterFileSchema } from '../../cluster-file/schema.ts'
import type { Texts } from '../../cluster-file/include/part.ts'
import { editCodes } from '../../diagnostics/catalogue/edit.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import { renamePinnedKeys } from '../../delivery/transport/known-hosts.ts'
import { clusterFolder, readLock, writeLock } from '../folder/cluster-folder.ts'
import { unwritable } from '../folder/unwritable.ts'
import { workingFolder } from '../folder/working-folder.ts'
import { openCluster, type OpenedCluster, type OpenOptions } from '../open.ts'
import { registryOf } from '../own/load-own.ts'
import { handWritten } from './hand-written.ts'
import { writtenFile } from './written-file.ts'

export type { NodeEdit } from '../../cluster-file/edit/node-edits.ts'

/** An edit that is ready to be written. */
export interface EditedCluster {
  readonly edit: NodeEdit
  readonly folder: string
  /** The files that change: the cluster file, or what it includes. */
  readonly files: readonly EditedFile[]
  /** How a node that leaves was reached. */
  readonly way: LeftNode
  /** The cluster as it is now, when it is in order. */
  readonly was: OpenedCluster | undefined
  /** The cluster as it would be. */
  readonly cluster: OpenedCluster
  /** Places that hold the name and were left as they are, for no schema says that they mean the node. */
  readonly mentions: readonly string[]
}

/** An edit that cannot be made, and the texts whose lines the diagnostics are about. */
export interface RefusedEdit {
  readonly diagnostics: readonly Diagnostic[]
  /** By path, where they are not those that are written. */
  readonly texts?: Texts
}

/** What an edit would make of the cluster, or why it cannot be made. Writes nothing. */
export async function editCluster(
  options: OpenOptions,
  edit: NodeEdit,
): Promise<EditedCluster | RefusedEdit> {
  const found = options.file === undefined ? findClusterFile(options.folder) : { path: options.file }
  if ('diagnostic' in found) return { diagnostics: [found.diagnostic] }
  const file = relative('.', found.path)
  if (file.endsWith('.ts')) {
    return { diagnostics: [editCodes.TYPED_FILE_NOT_EDITED({ file, write: handWritten(edit) })] }
  }
  const read = await writtenFile(found.path)
  if ('diagnostics' in read) return asItIs(options, read.diagnostics)
  const { whole } = read
  const { roles } = await registryOf(options.folder)
  const written = { ...whole, schema: clusterFileSchema(roles) }
  const result = changesOf(edit, written)
  if ('diagnostics' in result) return { diagnostics: result.diagnostics }
  const files = editedParts(whole, result.changes)
  if ('places' in files) return { diagnostics: [editCodes.EDIT_NOT_CERTAIN(files)] }
  const texts = new Map(files.map(({ file: path, after }) => [path, after]))
  const opened = await openCluster({ ...options, edited: { texts, lock: (lock) => lockAfter(lock, edit) } })
  if (!('cluster' in opened)) return { diagnostics: opened.diagnostics, texts }
  const was = await openCluster({ ...options, despiteFindings: true })
  return {
    edit,
    folder: opened.cluster.folder,
    files,
    way: wayTo(edit.node, whole.value),
    was: 'cluster' in was ? was.cluster : undefined,
    cluster: opened.cluster,
    mentions: edit.do === 'add' ? [] : mentions(edit.node, written, result.changes),
  }
}

const WAY: readonly string[] = ['address', 'via', 'port', 'user', 'identity_file', 'sudo']

/** How a node is reached, as the file says it. */
function wayTo(node: string, value: unknown): LeftNode {
  const { nodes } = value as { readonly nodes: Readonly<Record<string, object | null>> }
  const entries = Object.entries(nodes[node] ?? {}).filter(([key]) => WAY.includes(key))
  return Object.fromEntries(entries)
}

/** What is wrong with a file that cannot be read. */
async function asItIs(options: OpenOptions, found: readonly Diagnostic[]): Promise<RefusedEdit> {
  const opened = await openCluster(options)
  return { diagnostics: 'cluster' in opened ? found : opened.diagnostics }
}

function lockAfter(lock: ClusterLock, edit: NodeEdit, way: LeftNode = {}): ClusterLock {
  if (edit.do === 'rename') return withRenamedNode(lock, edit.node, edit.to)
  const { [edit.node]: _before, ...left } = lock.left ?? {}
  if (edit.do === 'add') return lock.left === undefined ? lock : { ...lock, left }
  return { ...lock, left: { ...left, [edit.node]: way } }
}

/**
 * Writes an edit; gives the paths at which the files are kept as they were. A board that is called otherwise takes along what the lock has given out
 * to it, and its host key. Throws {@link DiagnosticsError} when a file was changed meanwhile.
 */
export async function writeEdit({ edit, folder, files, way }: EditedCluster): Promise<readonly string[]> {
  const targets = await Promise.all(files.map(async (one) => ({ ...one, target: await realpath(one.file) })))
  for (const { file, before, target } of targets) {
    if ((await readFile(target, 'utf8')) !== before)
      throw new DiagnosticsError([editCodes.FILE_CHANGED_MEANWHILE({ file })])
  }
  const paths = [false, true].map((lab) => clusterFolder(folder, lab))
  const working = workingFolder(clusterFolder(folder, false), 'change')
  const kept: string[] = []
  for (const { file, after, target } of targets) {
    const copy = join(working, `${relative(folder, file).replaceAll('/', '-')}.before`)
    await replace(target, after, copy)
    kept.push(relative('.', copy))
  }
  for (const { lockFile, knownHostsFile } of paths) {
    const lock = await readLock(lockFile, false)
    const isKnown = lock.nodes[edit.node] !== undefined || lock.left?.[edit.node] !== undefined
    if (isKnown) await writeLock(lockFile, lockAfter(lock, edit, way))
    if (edit.do === 'rename') renamePinnedKeys(knownHostsFile, edit.node, edit.to)
  }
  return kept
}

/** In one step, with the rights that the file has; `copy` is how it was. */
async function replace(target: string, text: string, copy: string): Promise<void> {
  const draft = `${target}.${process.pid}.new`
  try {
    await copyFile(target, copy)
    await writeFile(draft, text, { flush: true, mode: (await stat(target)).mode & 0o777 })
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw unwritable(error)
  }
}
