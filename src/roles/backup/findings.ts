/** What is wrong with where backups go. */
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { RoleFinding } from '../role.ts'
import { backupCodes } from './codes.ts'
import type { BackupOptions } from './options.ts'
import { keptOn } from './what-to-keep.ts'

/** Mistakes of one use of the role. */
export function placeFindings(
  options: BackupOptions,
  cluster: Cluster,
  nodes: readonly ClusterNode[],
): RoleFinding[] {
  const { to } = options
  const isMissing = 'node' in to && !nodes.some(({ name }) => name === to.node)
  const keeping = 'node' in to ? nodes.filter(({ name }) => name === to.node) : nodes
  const folder = 'folder' in to ? to.folder : undefined
  const within = keeping
    .flatMap(({ name }) => keptOn(name, options, cluster).paths)
    .find(({ path }) => folder !== undefined && (isWithin(folder, path) || isWithin(path, folder)))
  return [
    ...('node' in to && isMissing
      ? [{ diagnostic: backupCodes.BACKUP_NODE_WITHOUT_ROLE({ node: to.node }), option: ['to', 'node'] }]
      : []),
    ...('s3' in to && !cluster.isSecret(to.secret_key)
      ? [{ diagnostic: backupCodes.BACKUP_KEY_IN_THE_OPEN({}), option: ['to', 'secret_key'] }]
      : []),
    ...(within && folder !== undefined
      ? [
          {
            diagnostic: backupCodes.BACKUP_IN_ITSELF({ folder, path: within.path }),
            option: ['to', 'folder'],
          },
        ]
      : []),
  ]
}

function isWithin(path: string, folder: string): boolean {
  return `${path}/`.startsWith(`${folder}/`)
}
