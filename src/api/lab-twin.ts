/** The twin of a cluster in the lab: virtual nodes made from the user's own cluster file, with addresses and keys of their own. */
import { readFile, rm, writeFile } from 'node:fs/promises'
import { arch } from 'node:os'
import { dirname } from 'node:path'
import {
  labDown,
  labState,
  labUp,
  type LabNodeState,
  type LabProgress,
  type LabRelease,
  type LabSpec,
} from '../lab/lab.ts'
import { boardFacts } from '../resolve/board-facts.ts'
import type { ClusterLock } from '../cluster-lock/cluster-lock.ts'
import { ensureSshKeyPair } from '../secrets/ssh-key.ts'
import { sha256 } from '../support/sha256.ts'
import { chosenNodes } from './choose.ts'
import { clusterFolder, readLock, writeLock } from './folder/cluster-folder.ts'
import { workingFolder } from './folder/working-folder.ts'
import type { OpenedCluster } from './open.ts'

/** Node's word for this computer's instruction set, and what its nodes say of theirs. */
const SYSTEMS: Readonly<Record<string, { readonly machine: string; readonly debian: string }>> = {
  x64: { machine: 'x86_64', debian: 'amd64' },
  arm64: { machine: 'aarch64', debian: 'arm64' },
  arm: { machine: 'armv7l', debian: 'armhf' },
}

/** A serial number for a board that has none in the cluster file: the same on every computer. */
function standInSerial(cluster: string, node: string): string {
  return `1ab0${sha256(`${cluster}/${node}`).slice(0, 12)}`
}

/** What the cluster file need not say. */
export interface LabChoices {
  /** Let the nodes share this computer's memory instead of limiting each to its board's. */
  readonly shareMemory?: boolean
  /** Remove nodes that are not in the cluster file, with their disks. */
  readonly remove?: boolean
  /** Nodes or groups to be made as emulated machines with a kernel of their own, beside those that the cluster file names. */
  readonly emulate?: readonly string[]
}

/** What the lab is to be for this cluster. Makes the lab's SSH key when there is none. */
export async function labSpecOf(cluster: OpenedCluster, options: LabChoices = {}): Promise<LabSpec> {
  const { file } = cluster.source
  const paths = clusterFolder(cluster.folder, true)
  workingFolder(paths, 'change')
  const { publicKey } = await ensureSshKeyPair(dirname(paths.labKeyFile), `bramble lab ${cluster.name}`)
  const words = [...(file.lab?.emulate ?? []), ...(options.emulate ?? [])]
  const emulated = new Set(words.length > 0 ? chosenNodes(cluster, { nodes: words }) : [])
  const boards = await readLock(clusterFolder(cluster.folder, false).lockFile, false)
  return {
    cluster: cluster.name,
    folder: cluster.folder,
    user: file.access.user,
    authorizedKeys: [publicKey, ...cluster.source.authorizedKeys],
    ...(file.lab?.release !== undefined && { release: file.lab.release as LabRelease }),
    shareMemory: options.shareMemory === true || file.lab?.share_memory === true,
    nodes: Object.entries(file.nodes).map(([name, entry]) => {
      const { model, memoryBytes, architecture, has } = boardFacts(entry, boards.nodes[name])
      return {
        name,
        ...(entry.user !== undefined && { user: entry.user }),
        ...(emulated.has(name) && { emulated: true }),
        board: {
          model,
          memoryBytes,
          architecture,
          has,
          serial: entry.serial ?? standInSerial(cluster.name, name),
        },
      }
    }),
  }
}

/** What is known of virtual nodes before the first look: what they stand for, and what this computer is. */
export async function noteLabFacts(
  cluster: OpenedCluster,
  spec: LabSpec,
  states: readonly LabNodeState[] = [],
): Promise<ClusterLock> {
  const { lockFile } = clusterFolder(cluster.folder, true)
  const lock = await readLock(lockFile, true)
  const system = SYSTEMS[arch()] ?? { machine: arch(), debian: arch() }
  const names = new Set(spec.nodes.map(({ name }) => name))
  const emulated = new Set(states.filter((state) => state.emulated).map(({ name }) => name))
  const nodes = Object.fromEntries(
    spec.nodes.map(({ name, board }) => [
      name,
      {
        ...without(lock.nodes[name], 'emulated'),
        ...(emulated.has(name) && { emulated: 'yes' }),
        ...system,
        model: board.model,
        serial: board.serial,
        memory: String(board.memoryBytes),
        architecture: board.architecture,
        ...(board.has.length > 0 && { has: board.has.join(',') }),
      },
    ]),
  )
  const noted = {
    ...lock,
    nodes: {
      ...Object.fromEntries(Object.entries(lock.nodes).filter(([name]) => names.has(name))),
      ...nodes,
    },
  }
  await writeLock(lockFile, noted)
  return noted
}

function without(facts: Readonly<Record<string, string>> = {}, key: string): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => name !== key))
}

/** Brings the twin up, and notes what is known of its nodes. A node made anew gets its host key pinned anew. */
export async function bringUpLab(
  cluster: OpenedCluster,
  progress?: LabProgress,
  options: LabChoices = {},
): Promise<LabNodeState[]> {
  const identity = { cluster: cluster.name, folder: cluster.folder }
  const before = new Set((await labState(identity)).map(({ name }) => name))
  const spec = await labSpecOf(cluster, options)
  const states = await labUp(spec, progress, { remove: options.remove === true })
  const { knownHostsFile } = clusterFolder(cluster.folder, true)
  await forgetHostKeys(
    knownHostsFile,
    states.map(({ name }) => name).filter((name) => !before.has(name)),
  )
  await noteLabFacts(cluster, spec, states)
  return states
}

/** Removes the twin with everything that was only its own: addresses, host keys, lock, secrets. */
export async function takeDownLab(cluster: {
  readonly name: string
  readonly folder: string
}): Promise<void> {
  await labDown({ cluster: cluster.name, folder: cluster.folder })
  await rm(clusterFolder(cluster.folder, true).runtimeFolder, { recursive: true, force: true })
}

async function forgetHostKeys(file: string, nodes: readonly string[]): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const kept = text.split('\n').filter((line) => !nodes.includes(line.split(/[\s,]/)[0] ?? ''))
  if (text !== '') await writeFile(file, kept.join('\n'))
}
