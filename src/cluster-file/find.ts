/** Finds the cluster file of a folder. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readingCodes } from '../diagnostics/catalogue/reading.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'

/** Names that a cluster file may have, the usual one first. */
export const CLUSTER_FILE_NAMES = ['cluster.yaml', 'cluster.yml', 'cluster.ts'] as const

/** Either the path, or why there is none. */
export type FindResult = { readonly path: string } | { readonly diagnostic: Diagnostic }

/** The one cluster file in `folder`; none, or more than one, is a diagnostic. */
export function findClusterFile(folder: string): FindResult {
  const found = CLUSTER_FILE_NAMES.filter((name) => existsSync(join(folder, name)))
  const [name, second] = found
  if (name === undefined) return { diagnostic: readingCodes.CLUSTER_FILE_MISSING({ folder }) }
  if (second !== undefined) {
    return { diagnostic: readingCodes.CLUSTER_FILE_TWICE({ folder, files: found }) }
  }
  return { path: join(folder, name) }
}
