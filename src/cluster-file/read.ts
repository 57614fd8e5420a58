/** Reads a cluster file in YAML. */
import { sortDiagnostics } from '../diagnostics/diagnostics.ts'
import { readYaml } from './yaml-source.ts'
import { checkClusterFile } from './check.ts'
import type { ReadOptions, ReadResult } from './check.ts'

/** A text and the name it is shown under. */
export interface SourceText {
  readonly path: string
  readonly text: string
}

/** Reads and checks a cluster file; everything that is wrong with it comes back as diagnostics, nothing is thrown. */
export function readClusterFile({ path, text }: SourceText, options: ReadOptions): ReadResult {
  const { value, positions, diagnostics } = readYaml(path, text)
  if (value === undefined) return { diagnostics, positions }
  const result = checkClusterFile(value, positions, options)
  if (diagnostics.length === 0) return result
  return { diagnostics: sortDiagnostics([...diagnostics, ...result.diagnostics]), positions }
}
