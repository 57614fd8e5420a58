/** Opens the cluster of a folder as every command does, and renders what is wrong with it. */
import { existsSync, readFileSync } from 'node:fs'
import { openCluster } from '../../src/api/open.ts'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts'
import { sortDiagnostics } from '../../src/diagnostics/diagnostics.ts'
import { renderHuman } from '../../src/diagnostics/render.ts'

/** What is wrong in a folder: as data, and as the user reads it. */
export async function diagnose(folder: string): Promise<{
  readonly diagnostics: readonly Diagnostic[]
  readonly rendered: string
}> {
  const opened = await openCluster({ folder, lab: false })
  const found = 'cluster' in opened ? opened.cluster : opened
  const diagnostics = sortDiagnostics(found.diagnostics)
  const rendered = renderHuman(diagnostics, {
    source: (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
  })
  return { diagnostics, rendered: rendered.replaceAll(`${process.cwd()}/`, '').replaceAll(`${folder}/`, '') }
}
