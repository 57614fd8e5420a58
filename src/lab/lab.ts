/** The lab: a cluster of virtual nodes on this computer, made, changed and removed as a whole. */
import { rm, rmdir, writeFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import type { RunOptions, RunResult } from '../support/run.ts'
import { reasonOf } from '../support/reason.ts'
import { killGroup, LAB_GROUP, removeGroup } from './control-group.ts'
import { ensureSetting, putSettingsBack } from './kernel-settings.ts'
import { LabFailure, LabRefusal } from './lab-error.ts'
import type { LabIdentity, LabNodeSpec, LabNodeState, LabProgress, LabSpec } from './lab-spec.ts'
import { withLock } from './lock.ts'
import { ensureNetwork, linkName, removeNetwork, setLink } from './network.ts'
import {
  awaitNode,
  execInNode,
  isOn,
  nodeState,
  prepareNode,
  removeNode,
  setClock,
  switchOff,
  switchOn,
} from './node.ts'
import { aptConf, ensurePackageCache } from './package-cache-process.ts'
import { ensureBases, isWanted, planLab, refuseTooMuchMemory } from './plan-lab.ts'
import { labPreflight } from './preflight.ts'
import {
  CACHE_FOLDER,
  labFolder,
  labGroup,
  labKey,
  labKeys,
  nodeFolder,
  nodeNames,
  readLab,
  STATE_FOLDER,
  writeLab,
  type StoredLab,
  type StoredNode,
} from './store.ts'

export { LabFailure, LabRefusal } from './lab-error.ts'
export type {
  LabBoard,
  LabIdentity,
  LabNodeSpec,
  LabNodeState,
  LabProgress,
  LabRelease,
  LabSpec,
} from './lab-spec.ts'
export { labPreflight } from './preflight.ts'

/**
 * Brings a lab up to what is wanted: makes what is missing and boots what is down. A node that is no longer wanted stays with its
 * disk, for it may only be called otherwise, unless `remove` says that it may go.
 * Resolves when one can log in to every node whose cable is plugged in.
 * Throws {@link LabRefusal} for what cannot be had here, `LabFailure` for a step that failed.
 */
export async function labUp(
  spec: LabSpec,
  progress?: LabProgress,
  { remove = false }: { readonly remove?: boolean } = {},
): Promise<LabNodeState[]> {
  const lacking = await labPreflight({ emulated: spec.nodes.some((node) => node.emulated) })
  if (lacking.length > 0)
    throw new LabRefusal(`this computer cannot have a lab yet:\n  ${lacking.join('\n  ')}`)
  refuseTooMuchMemory(spec, totalmem())
  const key = labKey(spec)
  const bases = await ensureBases(await readLab(key), spec, progress)
  return withLab(key, async () => {
    if (remove) await removeNodes(key, await othersOf(key, spec), progress)
    const before = await readLab(key)
    const lab = await withAllLabs(async () => {
      const planned = await planLab(key, spec, before, bases)
      await writeLab(key, planned)
      return planned
    })
    for (const node of await othersOf(key, spec)) {
      const way = `bramble lab down ${node} removes it with its disk`
      progress?.({ node, text: `is not in the cluster file and stays as it is; ${way}` })
    }
    await withAllLabs(async () => {
      await ensureSetting('fs/inotify/max_user_instances')
      await ensureNetwork(key, lab.network, progress)
    })
    await ensurePackageCache(key, lab.network)
    await settleAll(spec.nodes.map((node) => bringUp(key, spec, lab, node, progress)))
    return statesOf(key, lab)
  })
}

/** Nodes that the lab has and the cluster file does not; a lab whose list was lost still has their folders. */
async function othersOf(key: string, spec: LabSpec): Promise<string[]> {
  const stored = Object.keys((await readLab(key))?.nodes ?? {})
  return [...new Set([...stored, ...(await nodeNames(key))])].filter((name) => !isWanted(spec, name))
}

/** Removes nodes with their disks, and only then from the list: one that was cut off in between is found again. */
async function removeNodes(key: string, nodes: readonly string[], progress?: LabProgress): Promise<void> {
  await settleAll(
    nodes.map(async (node) => {
      await removeNode(key, node)
      progress?.({ node, text: 'is removed with its disk' })
    }),
  )
  const lab = await readLab(key)
  if (!lab || nodes.length === 0) return
  const kept = Object.entries(lab.nodes).filter(([name]) => !nodes.includes(name))
  await writeLab(key, { ...lab, nodes: Object.fromEntries(kept) })
}

async function bringUp(
  key: string,
  spec: LabSpec,
  lab: StoredLab,
  { name, board, user = spec.user }: LabNodeSpec,
  progress?: LabProgress,
): Promise<void> {
  const stored = lab.nodes[name]
  if (stored === undefined) return
  const given = { user, authorizedKeys: spec.authorizedKeys, aptConf: aptConf(lab.network) }
  await prepareNode(key, name, stored, board, given)
  const wasOn = isOn(key, name)
  if (!wasOn) progress?.({ node: name, text: 'boots' })
  switchOn(key, name)
  await awaitNode(key, name, stored)
  // Keys may have changed; a node that boots looks for itself.
  if (wasOn) await execInNode(key, name, stored, ['/usr/lib/bramble-lab/first.sh'])
  progress?.({ node: name, text: `answers at ${stored.address}` })
}

/** Waits for all, then fails with everything that went wrong: one node does not hide another. */
async function settleAll(work: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work)
  const reasons = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  )
  if (reasons.length === 0) return
  if (reasons.length === 1) throw reasons[0]
  const messages = reasons.map(reasonOf)
  throw new LabFailure(messages.join('\n\n'))
}

/** Removes a lab and all that it left on this computer, whatever became of it; the shared caches stay. */
export async function labDown(id: LabIdentity): Promise<void> {
  const key = labKey(id)
  await withLab(key, async () => {
    await killGroup(labGroup(key))
    await removeNetwork(key)
    await removeGroup(labGroup(key))
    await rm(labFolder(key), { recursive: true, force: true })
    await withAllLabs(removeCommon)
  })
}

/** Removes some nodes of a lab with their disks; the lab stays. */
export async function labRemove(id: LabIdentity, nodes: readonly string[]): Promise<void> {
  const key = labKey(id)
  await withLab(key, async () => {
    for (const node of nodes) await findNode(id, node)
    await removeNodes(key, nodes)
  })
}

/** What labs have in common goes with the last of them. */
async function removeCommon(): Promise<void> {
  if ((await labKeys()).length > 0) return
  await putSettingsBack()
  await removeGroup(LAB_GROUP)
  for (const folder of [STATE_FOLDER, dirname(STATE_FOLDER)]) await rmdir(folder).catch(() => undefined)
}

/** All labs of this computer. */
export async function labList(): Promise<(LabIdentity & { nodes: LabNodeState[] })[]> {
  const labs: (LabIdentity & { nodes: LabNodeState[] })[] = []
  for (const key of await labKeys()) {
    const lab = await readLab(key)
    if (lab) labs.push({ cluster: lab.cluster, folder: lab.folder, nodes: statesOf(key, lab) })
  }
  return labs.sort((a, b) => (a.cluster + a.folder < b.cluster + b.folder ? -1 : 1))
}

/** The nodes of a lab; none when there is no such lab. */
export async function labState(id: LabIdentity): Promise<LabNodeState[]> {
  const key = labKey(id)
  const lab = await readLab(key)
  return lab ? statesOf(key, lab) : []
}

function statesOf(key: string, lab: StoredLab): LabNodeState[] {
  return Object.entries(lab.nodes).map(([name, node]) => nodeState(key, name, node))
}

/** Pulls the cable of a node. It stays pulled while the node is killed, started or rebooted. */
export async function labCut(id: LabIdentity, node: string): Promise<void> {
  const { key, stored } = await findNode(id, node)
  await writeFile(join(nodeFolder(key, node), 'cut'), '')
  if (isOn(key, node)) await setLink(linkName(key, stored.address), 'down', node)
}

/** Plugs the cable of a node in again. */
export async function labMend(id: LabIdentity, node: string): Promise<void> {
  const { key, stored } = await findNode(id, node)
  await rm(join(nodeFolder(key, node), 'cut'), { force: true })
  if (isOn(key, node)) await setLink(linkName(key, stored.address), 'up', node)
}

/** Pulls the plug of a node: SIGKILL for everything in it. */
export async function labKill(id: LabIdentity, node: string): Promise<void> {
  const { key } = await findNode(id, node)
  await switchOff(key, node)
}

/**
 * Boots a node that is off; resolves when one can log in. An emulated one may find another time in its battery clock than this
 * computer has: `clock` holds until it is switched off.
 */
export async function labStart(
  id: LabIdentity,
  node: string,
  { clock }: { readonly clock?: Date } = {},
): Promise<void> {
  const { key, stored } = await findNode(id, node)
  if (clock && stored.emulated !== true) {
    throw new LabRefusal(`${node} has the clock of this computer; only an emulated node has one of its own`)
  }
  if (clock && isOn(key, node)) throw new LabRefusal(`${node} is on\n  type: bramble lab kill ${node}`)
  if (stored.emulated === true) await setClock(key, node, clock)
  switchOn(key, node)
  await awaitNode(key, node, stored)
}

/** Runs a program as root inside a node, without SSH; its end is a result, a node that is off an error. */
export async function labExec(
  id: LabIdentity,
  node: string,
  argv: readonly string[],
  options?: RunOptions,
): Promise<RunResult> {
  const { key, stored } = await findNode(id, node)
  return execInNode(key, node, stored, argv, options)
}

async function findNode(id: LabIdentity, node: string): Promise<{ key: string; stored: StoredNode }> {
  const key = labKey(id)
  const lab = await readLab(key)
  if (!lab) {
    throw new LabRefusal(`cluster ${id.cluster} in ${id.folder} has no lab\n  type: bramble lab up`)
  }
  const stored = lab.nodes[node]
  if (stored) return { key, stored }
  const names = Object.keys(lab.nodes).join(', ')
  throw new LabRefusal(`the lab of ${id.cluster} has no node ${node}; it has ${names}`)
}

/** One command at a time changes a lab. */
function withLab<T>(key: string, work: () => Promise<T>): Promise<T> {
  return withLock(join(CACHE_FOLDER, `${key}.lock`), work)
}

/** One command at a time changes what labs have in common: who has which network, forwarding. Held for moments. */
function withAllLabs<T>(work: () => Promise<T>): Promise<T> {
  return withLock(join(CACHE_FOLDER, 'labs.lock'), work)
}
