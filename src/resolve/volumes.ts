/** Databases that would lie on a file system that is shared. */
import type { Positions } from '../cluster-file/positions.ts'
import { resolveCodes } from '../diagnostics/catalogue/resolve.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Cluster } from '../topology/cluster.ts'

/** One finding for each folder, by what roles say of themselves: which folders they share, and in which they keep a database. */
export function databasesOnShares(cluster: Cluster, positions: Positions): readonly Diagnostic[] {
  const all = cluster.provided()
  const shares = all.flatMap(({ node, volumes = [] }) =>
    volumes.filter(({ shared }) => shared).map((volume) => ({ node, ...volume })),
  )
  return all.flatMap(({ node, role, databases = [] }) =>
    databases.flatMap((folder) => {
      const share = shares.find((one) => one.node === node && isIn(folder, one.path))
      if (share === undefined) return []
      const details = { node, role, folder, volume: share.name, path: share.path }
      return [resolveCodes.DATABASE_ON_SHARE(details, { where: positions.ofKey(['roles', role]) })]
    }),
  )
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
