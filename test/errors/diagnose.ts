/** Reads and resolves the cluster file of a folder as every command does, and renders what is wrong with it. */
import { loadClusterFile } from '../../src/cluster-file/load.ts'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { sortDiagnostics } from '../../src/diagnostics/diagnostics.ts'
import { renderHuman } from '../../src/diagnostics/render.ts'
import { EMPTY_LOCK } from '../../src/resolve/cluster-lock.ts'
import { resolve } from '../../src/resolve/resolve.ts'
import { SAMPLE_ROLES } from './sample-roles.ts'

/** What is wrong in a folder: as data, and as the user reads it. */
export async function diagnose(folder: string): Promise<{
  readonly diagnostics: readonly Diagnostic[]
  readonly rendered: string
}> {
  const roles = Object.fromEntries(Object.entries(SAMPLE_ROLES).map(([name, { options }]) => [name, options]))
  const { file, positions, text, diagnostics: reading } = await loadClusterFile(folder, { roles })
  const resolving = file
    ? resolve({ file, positions, lock: EMPTY_LOCK, roles: SAMPLE_ROLES, authorizedKeys: [] }).diagnostics
    : []
  const diagnostics = sortDiagnostics([...reading, ...resolving])
  const rendered = renderHuman(diagnostics, { source: () => text })
  return { diagnostics, rendered: rendered.replaceAll(`${folder}/`, '') }
}
