/** A cluster file as text, resolved with all roles that there are. */
import { roleSchemas } from '../../src/api/open.ts'
import { readClusterFile } from '../../src/cluster-file/read.ts'
import { EMPTY_LOCK } from '../../src/cluster-lock/cluster-lock.ts'
import { resolve, type Resolved } from '../../src/resolve/resolve.ts'
import { roles } from '../../src/roles/registry.generated.ts'

/** Throws what is wrong with the text when it cannot be read; what roles find is in the answer. */
export function resolvedFrom(text: string): Resolved {
  const { file, positions, diagnostics } = readClusterFile(
    { path: 'cluster.yaml', text },
    { roles: roleSchemas() },
  )
  if (!file) throw new Error(JSON.stringify(diagnostics))
  return resolve({ file, positions, roles, authorizedKeys: [], lock: EMPTY_LOCK })
}
