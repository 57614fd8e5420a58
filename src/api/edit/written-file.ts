/** Reads a cluster file as it is written, for those who edit it. */
import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { withIncludes, type WholeFile } from '../../cluster-file/include/with-includes.ts'
import { decodeUtf8 } from '../../cluster-file/utf8.ts'
import { readYaml } from '../../cluster-file/yaml-source.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'

/** The whole file, or what keeps it from being read. */
export async function writtenFile(
  path: string,
): Promise<{ readonly whole: WholeFile } | { readonly diagnostics: readonly Diagnostic[] }> {
  const file = relative('.', path)
  const decoded = decodeUtf8(file, await readFile(path))
  // A file that cannot be read is told as ever.
  if (!('text' in decoded)) return { diagnostics: [] }
  const { value, positions, diagnostics } = readYaml(file, decoded.text)
  if (value === undefined) return { diagnostics }
  const whole = withIncludes({ path: file, text: decoded.text, value, positions })
  return whole.value === undefined ? { diagnostics: whole.diagnostics } : { whole }
}
