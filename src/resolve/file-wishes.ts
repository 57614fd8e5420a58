/** Which files beside the cluster file are wished for, and where it says so. Pure. */
import type { Positions } from '../cluster-file/positions.ts'
import type { ClusterFile } from '../cluster-file/schema.ts'
import type { Role } from '../roles/role.ts'
import type { PlacedFileWish } from '../wishes/read-files.ts'
import { placeOfUse } from './resolve.ts'

/** The wishes of all uses of all roles, in the order of the cluster file. */
export function fileWishes(
  file: ClusterFile,
  positions: Positions,
  roles: Readonly<Record<string, Role>>,
): PlacedFileWish[] {
  return Object.entries(file.roles).flatMap(([name, uses]) =>
    uses.flatMap(({ options, onNode = {}, path: use }) =>
      [options, ...Object.values(onNode)].flatMap((given) =>
        (roles[name]?.files?.(given as never) ?? []).map(({ path, secret, option }) => ({
          path,
          secret,
          where: placeOfUse(positions, use, option),
        })),
      ),
    ),
  )
}
