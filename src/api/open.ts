/** Opens a cluster: reads its file and lock, resolves what can be resolved without asking any node. */
import { existsSync } from 'node:fs'
import { dirname, resolve as absolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadClusterFile } from '../cluster-file/load.ts'
import type { Positions } from '../cluster-file/positions.ts'
import type { ClusterFile, RoleSchemas } from '../cluster-file/schema.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { ClusterLock } from '../cluster-lock/cluster-lock.ts'
import { resolve, type Resolved } from '../resolve/resolve.ts'
import { roles } from '../roles/registry.generated.ts'
import { readAuthorizedKeys } from './authorized-keys.ts'
import { clusterFolder, readLock, type ClusterFolder } from './folder/cluster-folder.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { leftNodeWarnings } from './left-nodes.ts'
import { twinAddresses } from './lab-twin.ts'

/** Which cluster to open. */
export interface OpenOptions {
  /** Folder of the cluster file. */
  readonly folder: string
  /** Act on the twin in the lab instead of the boards. */
  readonly lab: boolean
  /** Open also when roles object to what was seen of the nodes: to look at them anew. */
  readonly despiteFindings?: boolean
  /** `KEY=VALUE`: what is to be taken in place of what the cluster file says. */
  readonly set?: readonly string[] | undefined
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
  readonly lock: ClusterLock
  /** What was taken in place of what the file says. */
  readonly set: readonly string[]
  readonly authorizedKeys: readonly string[]
  readonly twin: ReadonlyMap<string, string> | undefined
}

/** Path of the public API: what `bramble` stands for in a typed cluster file, wherever the file lies and whether or not it is installed there. */
function publicModule(): string {
  const built = fileURLToPath(new URL('../index.js', import.meta.url))
  // From its sources Bramble offers what every such file needs; translating all of it would take a minute.
  return existsSync(built) ? built : fileURLToPath(new URL('define-cluster.ts', import.meta.url))
}

/** The option schemas of all roles, for readers of cluster files. */
export function roleSchemas(): RoleSchemas {
  return Object.fromEntries(Object.values(roles).map((role) => [role.name, role.options]))
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
  const imports = { bramble: publicModule() }
  const loaded = await loadClusterFile(folder, { roles: roleSchemas(), set: options.set, imports })
  if (!loaded.file) return { diagnostics: loaded.diagnostics, text: loaded.text }
  const paths = clusterFolder(folder, options.lab)
  try {
    const keys = await readAuthorizedKeys(
      loaded.file.access.authorized_keys,
      dirname(loaded.path ?? folder),
      loaded.positions,
    )
    const source: ClusterSource = {
      file: loaded.file,
      positions: loaded.positions,
      text: loaded.text,
      path: loaded.path ?? folder,
      lock: await readLock(paths.lockFile, options.lab),
      set: options.set ?? [],
      authorizedKeys: keys,
      twin: options.lab ? await twinAddresses(loaded.file, folder) : undefined,
    }
    const resolved = resolveSource(source)
    const left = leftNodeWarnings(
      source.lock,
      Object.keys(source.file.nodes),
      source.positions.ofKey(['nodes']),
    )
    const diagnostics = [...loaded.diagnostics, ...resolved.diagnostics, ...left]
    const isRefused = diagnostics.some(({ severity }) => severity === 'error')
    if (isRefused && options.despiteFindings !== true) return { diagnostics, text: loaded.text }
    return { cluster: opened(source, resolved, options, paths, diagnostics) }
  } catch (error) {
    if (error instanceof DiagnosticsError) return { diagnostics: error.diagnostics, text: loaded.text }
    throw error
  }
}

/** Resolves with the roles that Bramble has. */
export function resolveSource(source: ClusterSource): Resolved {
  return resolve({
    file: source.file,
    positions: source.positions,
    lock: source.lock,
    roles,
    authorizedKeys: source.authorizedKeys,
    ...(source.twin && { twin: source.twin }),
  })
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
