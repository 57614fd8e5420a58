/** Reads a cluster file in YAML. */
import { sortDiagnostics } from '../diagnostics/diagnostics.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Part } from './include/part.ts'
import { withIncludes } from './include/with-includes.ts'
import { readYaml } from './yaml-source.ts'
import { checkClusterFile } from './check.ts'
import type { ReadOptions, ReadResult } from './check.ts'

/** A text and the name it is shown under. */
export interface SourceText {
  readonly path: string
  readonly text: string
}

/**
 * Reads and checks a cluster file with what it includes; everything that is wrong with it comes back as diagnostics, nothing is
 * thrown.
 */
export function readClusterFile({ path, text }: SourceText, options: ReadOptions): ReadResult {
  const { value, positions, diagnostics } = readYaml(path, text)
  if (value === undefined) return { diagnostics, positions }
  return checkParts({ path, text, value, positions }, diagnostics, options)
}

/** The same from the main file on, `found` being what is wrong with it already. */
export function checkParts(main: Part, found: readonly Diagnostic[], options: ReadOptions): ReadResult {
  const whole = withIncludes(main, options.texts)
  const { parts, positions } = whole
  const wrong = [...found, ...whole.diagnostics]
  if (whole.value === undefined) return { diagnostics: sortDiagnostics(wrong), positions, parts }
  const result = checkClusterFile(whole.value, positions, options)
  if (wrong.length === 0) return { ...result, parts }
  return { diagnostics: sortDiagnostics([...wrong, ...result.diagnostics]), positions, parts }
}
