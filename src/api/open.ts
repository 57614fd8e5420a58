/** Opens a cluster: reads its file and lock, resolves what can be resolved without asking any node. */
import { dirname, resolve as absolute } from 'node:path'
import { loadClusterFile, type LoadResult } from '../cluster-file/load.ts'
import type { Part, Texts } from '../cluster-file/include/part.ts'
import type { Positions } from '../cluster-file/positions.ts'
import type { TakenText } from '../cluster-file/references/take-texts.ts'
import type { ClusterFile } from '../cluster-file/schema.ts'
import type { RoleSchemas } from '../cluster-file/role-form.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { ClusterLock } from '../cluster-lock/cluster-lock.ts'
import { resourceProblems } from '../programs/resource-problems.ts'
import { fileWishes } from '../resolve/file-wishes.ts'
import { resolve, type Resolved } from '../resolve/resolve.ts'
import type { WishedFiles } from '../wishes/file-wish.ts'
import { readWishedFiles } from '../wishes/read-files.ts'
import { readAuthorizedKeys } from './authorized-keys.ts'
import { clusterFolder, readLock, type ClusterFolder } from './folder/cluster-folder.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { missingSecretTexts } from './secrets/secret-texts.ts'
import { leftNodeWarnings } from './left-nodes.ts'
import { OURS, registryOf, type Registry } from './own/load-own.ts'
import { MODULES } from './modules.ts'
import { twinAddresses } from '../lab/twin-addresses.ts'

/** Which cluster to open. */
export interface OpenOptions {
  /** Folder of the cluster file. */
  readonly folder: string
  /** The cluster file in it, by its path; looked for by its usual names when left out. */
  readonly file?: string | undefined
  /** Act on the twin in the lab instead of the boards. */
  readonly lab: boolean
  /** Open also when roles object to what was seen of the nodes: to look at them anew. */
  readonly despiteFindings?: boolean
  /** Open also while secrets are not there that the cluster file refers to: to bring them. */
  readonly beforeSecrets?: boolean
  /** `KEY=VALUE`: what is to be taken in place of what the cluster file says. */
  readonly set?: readonly string[] | undefined
  /** @internal Nodes that everything is taken from; what roles object to keeps no such cluster from opening. */
  readonly bare?: 'all' | readonly string[] | undefined
  /** @internal For a run that brings packages up to date. */
  readonly updating?: boolean | undefined
  /** @internal What the cluster file and the lock are about to become, in place of what they are. */
  readonly edited?: { readonly texts: Texts; readonly lock: (lock: ClusterLock) => ClusterLock } | undefined
  /** Instead of the usual place of the identity that opens the secrets. */
  readonly identityFile?: string | undefined
}

/** A node for people: what it is and what it does. */
export interface OpenedNode {
  readonly name: string
  readonly address: string
  readonly roles: readonly string[]
  readonly model: string
  readonly memoryBytes: number
  readonly architecture: string
  readonly has: readonly string[]
}

/** An open cluster. */
export interface OpenedCluster {
  readonly name: string
  readonly folder: string
  readonly lab: boolean
  /** Warnings; errors keep a cluster from opening. */
  readonly diagnostics: readonly Diagnostic[]
  readonly nodes: readonly OpenedNode[]
  readonly identityFile: string | undefined
  /** @internal */
  readonly paths: ClusterFolder
  /** @internal */
  readonly source: ClusterSource
  /** @internal */
  readonly resolved: Resolved
}

/** What a cluster is resolved from. */
export interface ClusterSource {
  readonly file: ClusterFile
  readonly positions: Positions
  /** Text of the cluster file, for quoting its lines; undefined for a typed one. */
  readonly text: string | undefined
  readonly path: string
  /** The files that the cluster file includes. */
  readonly included: readonly Part[]
  readonly lock: ClusterLock
  /** What was taken in place of what the file says. */
  readonly set: readonly string[]
  readonly authorizedKeys: readonly string[]
  /** The roles and kinds that there are, those beside the cluster file among them. */
  readonly roles: Registry['roles']
  readonly kinds: Registry['kinds']
  /** The files beside the cluster file that roles wish for, as they were when it was opened. */
  readonly files: WishedFiles
  /** The texts of the cluster file that stand elsewhere. */
  readonly references: readonly TakenText[]
  readonly twin: ReadonlyMap<string, string> | undefined
  /** The run brings packages up to date. */
  readonly updating: boolean
  /** Nodes that everything is taken from. */
  readonly bare: ReadonlySet<string>
}

/** The option schemas of all roles that Bramble has, for readers of cluster files. */
export function roleSchemas(): RoleSchemas {
  return OURS.roles
}

/** A cluster that could not be opened: what to show, and the text of the file for quoting its lines. */
export interface OpenFailure {
  readonly diagnostics: readonly Diagnostic[]
  readonly text?: string | undefined
}

/** Opens the cluster of a folder, or says what is wrong with it. */
export async function openCluster(
  options: OpenOptions,
): Promise<{ readonly cluster: OpenedCluster } | OpenFailure> {
  const folder = absolute(options.folder)
  const registry = await registryOf(folder)
  const { set, file, edited } = options
  const reading = { roles: registry.roles, set, modules: MODULES, file, texts: edited?.texts }
  const loaded = await loadClusterFile(folder, reading)
  if (registry.diagnostics.length > 0) {
    // A role that could not be loaded is not one that nobody knows.
    const others = loaded.diagnostics.filter(({ code }) => code !== 'UNKNOWN_ROLE')
    return { diagnostics: [...registry.diagnostics, ...others], text: loaded.text }
  }
  if (!loaded.file) return { diagnostics: loaded.diagnostics, text: loaded.text }
  const paths = clusterFolder(folder, options.lab)
  try {
    const { source, diagnostics: unread } = await sourceOf(
      { ...loaded, file: loaded.file },
      registry,
      paths,
      options,
    )
    const resolved = resolveSource(source)
    const left = leftNodeWarnings(
      source.lock,
      Object.keys(source.file.nodes),
      source.positions.ofKey(['nodes']),
    )
    const secrets =
      options.beforeSecrets === true ? [] : missingSecretTexts(source, resolved, paths.secretsFolder)
    const diagnostics = [...loaded.diagnostics, ...unread, ...resolved.diagnostics, ...secrets, ...left]
    const isRefused = diagnostics.some(({ severity }) => severity === 'error')
    if (isRefused && options.despiteFindings !== true) return { diagnostics, text: loaded.text }
    return { cluster: opened(source, resolved, options, paths, diagnostics) }
  } catch (error) {
    if (error instanceof DiagnosticsError) return { diagnostics: error.diagnostics, text: loaded.text }
    throw error
  }
}

/** Everything that a cluster is resolved from: the file, and what lies beside it. */
async function sourceOf(
  { file, positions, text, path, parts = [], references = [] }: LoadResult & { readonly file: ClusterFile },
  { roles, kinds }: Registry,
  { folder, lockFile }: ClusterFolder,
  { lab, set = [], edited, bare = [], updating = false }: OpenOptions,
): Promise<{ readonly source: ClusterSource; readonly diagnostics: readonly Diagnostic[] }> {
  const beside = dirname(path ?? folder)
  const keys = await readAuthorizedKeys(file.access.authorized_keys, beside, positions)
  const { files, diagnostics } = readWishedFiles(fileWishes(file, positions, roles), beside)
  const source: ClusterSource = {
    file,
    positions,
    text,
    path: path ?? folder,
    included: text === undefined ? parts : parts.slice(1),
    lock: edited ? edited.lock(await readLock(lockFile, lab)) : await readLock(lockFile, lab),
    set,
    authorizedKeys: keys,
    roles,
    kinds,
    files,
    references,
    twin: lab ? await twinAddresses({ cluster: file.cluster, folder }) : undefined,
    updating,
    bare: new Set(bare === 'all' ? Object.keys(file.nodes) : bare),
  }
  return { source, diagnostics }
}

/** Resolves, and looks at what roles make together where that is up to the user. */
export function resolveSource(source: ClusterSource): Resolved {
  const resolved = resolve({
    file: source.file,
    positions: source.positions,
    lock: source.lock,
    roles: source.roles,
    kinds: source.kinds,
    authorizedKeys: source.authorizedKeys,
    files: source.files,
    references: source.references,
    bare: source.bare,
    updating: source.updating,
    ...(source.twin && { twin: source.twin }),
  })
  // What a role objects to is told by the role; what it would make of it is no news.
  if (resolved.diagnostics.some(({ severity }) => severity === 'error')) return resolved
  const problems = resourceProblems(resolved, Object.keys(source.file.nodes))
  return problems.length === 0
    ? resolved
    : { ...resolved, diagnostics: [...resolved.diagnostics, ...problems] }
}

function opened(
  source: ClusterSource,
  resolved: Resolved,
  options: OpenOptions,
  paths: ClusterFolder,
  diagnostics: readonly Diagnostic[],
): OpenedCluster {
  return {
    name: source.file.cluster,
    folder: paths.folder,
    lab: options.lab,
    diagnostics,
    nodes: resolved.cluster.nodes.map(({ name, address, roles: own, board }) => ({
      name,
      address,
      roles: own,
      model: board.model,
      memoryBytes: board.memoryBytes,
      architecture: board.architecture,
      has: board.has,
    })),
    paths,
    identityFile: options.identityFile ?? paths.identityFile,
    source,
    resolved,
  }
}
