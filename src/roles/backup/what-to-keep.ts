/** What a node is to save: what its roles provide, and what the cluster file names. */
import type { BackupPath, MadeBackup } from '../../topology/backup.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { BackupOptions } from './options.ts'

/** All of a node, in a fixed order. */
export interface Kept {
  readonly paths: readonly BackupPath[]
  readonly made: readonly MadeBackup[]
}

/** Those of all roles on the node; what the cluster file says of a path wins. */
export function keptOn(node: string, options: BackupOptions, cluster: Cluster): Kept {
  const provided = cluster.provided().flatMap((one) => (one.node === node && one.backup ? [one.backup] : []))
  const own = options.paths.map((one): BackupPath => (typeof one === 'string' ? { path: one } : one))
  const paths = [...provided.flatMap((one) => one.paths ?? []), ...own]
  const made = provided.flatMap((one) => one.made ?? [])
  return {
    paths: [...new Map(paths.map((one) => [one.path, one])).values()],
    made: [...new Map(made.map((one) => [one.name, one])).values()],
  }
}
