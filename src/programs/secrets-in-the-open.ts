/** Secrets that the cluster file refers to and that a role would bring to a node as something else than a secret content. */
import { referenceCodes } from '../diagnostics/catalogue/references.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Resolved } from '../resolve/resolve.ts'
import type { Resource } from '../resources/kind.ts'
import type { WantedResource } from './merge-resources.ts'

/** One diagnostic for each use of a role that would; at the first of its references to a secret. */
export function secretsInTheOpen(
  wanted: readonly WantedResource[],
  { cluster, references, positions }: Pick<Resolved, 'cluster' | 'references' | 'positions'>,
): Diagnostic[] {
  const secrets = references.filter(({ source }) => source === 'secret')
  if (secrets.length === 0) return []
  return wanted.flatMap(({ resource, role, path }) => {
    if (!isOpen(resource, cluster.isSecret)) return []
    const own = secrets.find((one) => path.every((step, index) => step === one.path[index]))
    return [
      referenceCodes.SECRET_IN_THE_OPEN(
        { role, kind: resource.kind },
        { where: own?.where ?? positions.ofKey(path) },
      ),
    ]
  })
}

function isOpen({ name, row, contents }: Resource, isSecret: (text: string) => boolean): boolean {
  const plain = contents.flatMap(({ bytes, sensitive }) =>
    sensitive || 'path' in bytes ? [] : [Buffer.from(bytes).toString()],
  )
  return [name, ...row, ...plain].some(isSecret)
}
