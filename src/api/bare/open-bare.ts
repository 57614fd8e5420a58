/** Opens a cluster in which nodes are to have nothing of ours but the way in. */
import { editedParts } from '../../cluster-file/edit/edit-parts.ts'
import { writtenFile } from '../edit/written-file.ts'
import type { Texts } from '../../cluster-file/include/part.ts'
import type { LeftNode } from '../../cluster-lock/cluster-lock.ts'
import { findClusterFile } from '../../cluster-file/find.ts'
import { editCodes } from '../../diagnostics/catalogue/edit.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import { clusterFolder, readLock, writeLock } from '../folder/cluster-folder.ts'
import { openCluster, type OpenFailure, type OpenOptions, type OpenedCluster } from '../open.ts'

type Opened = { readonly cluster: OpenedCluster } | OpenFailure

/** The cluster with one node laid bare; one that left the cluster file is known by what the lock keeps of it. */
export async function openWithBareNode(options: OpenOptions, node: string): Promise<Opened> {
  const opened = await openCluster({ ...options, bare: [node] })
  if (!('cluster' in opened)) return opened
  const names = opened.cluster.nodes.map(({ name }) => name)
  if (names.includes(node)) return opened
  const left = opened.cluster.source.lock.left ?? {}
  const entry = left[node]
  const texts = entry && (await withNode(options, node, entry))
  if (texts === undefined) {
    const known = [...names, ...Object.keys(left)]
    return { diagnostics: [editCodes.NODE_NOT_IN_FILE({ node, near: didYouMean(node, known), known })] }
  }
  return openCluster({ ...options, bare: [node], edited: { texts, lock: (lock) => lock } })
}

/** The cluster file as if the node were in it still. */
async function withNode(
  { folder, file }: OpenOptions,
  node: string,
  entry: LeftNode,
): Promise<Texts | undefined> {
  const found = file === undefined ? findClusterFile(folder) : { path: file }
  if (!('path' in found) || found.path.endsWith('.ts')) return undefined
  const written = await writtenFile(found.path)
  if ('diagnostics' in written) return undefined
  const edited = editedParts(written.whole, [{ do: 'put', path: ['nodes'], key: node, value: entry }])
  return 'places' in edited ? undefined : new Map(edited.map(({ file: path, after }) => [path, after]))
}

/** A node that left the cluster file and has nothing of ours any more is forgotten. */
export async function forgetLeftNode(folder: string, lab: boolean, node: string): Promise<void> {
  const { lockFile } = clusterFolder(folder, lab)
  const lock = await readLock(lockFile, lab)
  const { [node]: _facts, ...nodes } = lock.nodes
  const { [node]: _left, ...left } = lock.left ?? {}
  await writeLock(lockFile, { ...lock, nodes, left })
}
