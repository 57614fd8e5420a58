/** What is decided before anything of a lab is made: of which kind each node is, on which base, at which address. */
import { assignAddresses, chooseNetwork, networksInRoutes } from './addresses.ts'
import { ensureBase } from './base-image.ts'
import { LabRefusal } from './lab-error.ts'
import type { LabNodeSpec, LabProgress, LabSpec } from './lab-spec.ts'
import { readRoutes } from './network.ts'
import type { KindName } from './node-kind.ts'
import { labKeys, readLab, type StoredLab, type StoredNode } from './store.ts'

/** With shared memory an emulated node has its board's, but no more than this: a machine keeps what it has once used. */
const SHARED_BYTES = 2 ** 30

/** A base of each kind that is needed. */
type Bases = Partial<Readonly<Record<KindName, string>>>

/** Makes the bases for the nodes that are wanted, those that are there already included. */
export async function ensureBases(
  before: StoredLab | undefined,
  spec: LabSpec,
  progress?: LabProgress,
): Promise<Bases> {
  const kinds = new Set(spec.nodes.map((node) => kindOf(node, before?.nodes[node.name])))
  const bases: Partial<Record<KindName, string>> = {}
  for (const kind of kinds) bases[kind] = await ensureBase(spec.release ?? 'trixie', progress, kind)
  return bases
}

/** A node stays what it was made as. */
function kindOf({ name, emulated }: LabNodeSpec, made: StoredNode | undefined): KindName {
  if (made && emulated === true && made.emulated !== true) {
    throw new LabRefusal(
      `${name} is there already, in namespaces of this computer, and cannot become an emulated machine\n` +
        `  type: bramble lab down ${name} (its disk goes), and then what you typed`,
    )
  }
  return (made ? made.emulated : emulated) === true ? 'emulated' : 'container'
}

function memoryOf({ board }: LabNodeSpec, kind: KindName, isShared: boolean): number | undefined {
  if (!isShared) return board.memoryBytes
  return kind === 'emulated' ? Math.min(board.memoryBytes, SHARED_BYTES) : undefined
}

/** Refuses a set of boards that would need more memory than there is; the message names them. */
export function refuseTooMuchMemory(spec: LabSpec, totalBytes: number): void {
  const neededBytes = spec.nodes.reduce((sum, node) => sum + node.board.memoryBytes, 0)
  if (spec.shareMemory || neededBytes <= totalBytes) return
  const boards = spec.nodes.map(
    (node) => `  ${node.name}: ${mebibytes(node.board.memoryBytes)} (${node.board.model})`,
  )
  throw new LabRefusal(
    `the boards have ${mebibytes(neededBytes)} of memory in all, this computer has ${mebibytes(totalBytes)}\n` +
      `${boards.join('\n')}\n  type: bramble lab up --share-memory (the nodes then have no limits of their own)`,
  )
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}

/** What a lab is to be: kinds, bases and addresses that stay as they were once made. */
export async function planLab(
  key: string,
  spec: LabSpec,
  before: StoredLab | undefined,
  bases: Bases,
): Promise<StoredLab> {
  const network = before?.network ?? chooseNetwork(key, await takenNetworks())
  const kept = Object.entries(before?.nodes ?? {}).map(([name, node]) => [name, node.address])
  const others = Object.entries(before?.nodes ?? {}).filter(([name]) => !isWanted(spec, name))
  const names = [...spec.nodes.map((node) => node.name), ...others.map(([name]) => name)]
  const addresses = assignAddresses(network, names, Object.fromEntries(kept))
  const nodes = spec.nodes.map((node): [string, StoredNode] => {
    const made = before?.nodes[node.name]
    const kind = kindOf(node, made)
    const memoryBytes = memoryOf(node, kind, spec.shareMemory === true)
    return [
      node.name,
      {
        ...(kind === 'emulated' && { emulated: true }),
        address: addresses.get(node.name) ?? '',
        // A disk cannot change what it stands on.
        base: made?.base ?? bases[kind] ?? '',
        ...(memoryBytes !== undefined && { memoryBytes }),
      },
    ]
  })
  const all = Object.fromEntries([...nodes, ...others])
  return { cluster: spec.cluster, folder: spec.folder, network, nodes: all }
}

async function takenNetworks(): Promise<string[]> {
  const labs = await Promise.all((await labKeys()).map((key) => readLab(key)))
  return [...networksInRoutes(await readRoutes()), ...labs.flatMap((lab) => (lab ? [lab.network] : []))]
}

/** Whether the cluster file has this node. */
export function isWanted(spec: LabSpec, node: string): boolean {
  return spec.nodes.some(({ name }) => name === node)
}
