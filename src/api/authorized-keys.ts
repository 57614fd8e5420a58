/** The public keys that `access.authorized_keys` names. */
import { readFile } from 'node:fs/promises'
import { resolve as absolute } from 'node:path'
import type { Positions } from '../cluster-file/positions.ts'
import { clusterCodes } from '../diagnostics/catalogue/cluster.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { parsePublicKey } from '../resources/authorized-key/public-key.ts'
import { homeFolder } from '../support/home-folder.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'

/** Keys as OpenSSH lines. What is a key stands for itself, everything else is the path of a file with keys, from the cluster file's folder. */
export async function readAuthorizedKeys(
  entries: readonly string[],
  folder: string,
  positions: Positions,
): Promise<string[]> {
  const keys: string[] = []
  const problems: Diagnostic[] = []
  for (const [index, entry] of entries.entries()) {
    if (parsePublicKey(entry) !== undefined) {
      keys.push(entry)
      continue
    }
    const path = absolute(folder, entry.replace(/^~(?=\/)/, homeFolder()))
    const text = await readFile(path, 'utf8').catch(() => undefined)
    const lines = (text ?? '').split('\n').filter((line) => parsePublicKey(line) !== undefined)
    if (lines.length === 0) {
      const where = positions.of(['access', 'authorized_keys', index])
      problems.push(clusterCodes.AUTHORIZED_KEY_MISSING({ entry, found: text !== undefined }, { where }))
    }
    keys.push(...lines)
  }
  if (problems.length > 0) throw new DiagnosticsError(problems)
  return keys
}
