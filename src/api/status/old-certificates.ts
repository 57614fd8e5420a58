/** Certificates that are installed on a node and that its ports do not show: who reads them has not read them. */
import { rolloutCodes } from '../../diagnostics/catalogue/rollout.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { NodeLink } from '../../engines/contract.ts'
import { certificatesOfNode } from '../../programs/programs.ts'
import type { Prepared } from '../run/prepare.ts'
import { certificatesOn, type Seen } from './certificates.ts'

/** Names of the nodes that show a certificate somewhere. */
export function showingNodes({ resolved }: Pick<Prepared, 'resolved'>): string[] {
  return resolved.cluster.nodes
    .filter((node) => certificatesOfNode(resolved, node).length > 0)
    .map(({ name }) => name)
}

/** One finding for each certificate that is as wanted on a node that was looked at and not the one that is shown. Never rejects. */
export async function oldCertificates(
  prepared: Pick<Prepared, 'resolved' | 'provisions'>,
  seen: Seen,
  link: Pick<NodeLink, 'connect'>,
): Promise<readonly Diagnostic[]> {
  const node = prepared.resolved.cluster.nodes.find(({ name }) => name === seen.node)
  if (node === undefined) return []
  const wanted = certificatesOfNode(prepared.resolved, node)
  // What is still to be changed is read anew when it is.
  const settled = wanted.filter(
    ({ path, unit }) =>
      !seen.differing.some(({ address }) =>
        [`${node.name}/file:${path}`, `${node.name}/service:${unit}`].includes(address),
      ),
  )
  if (settled.length === 0) return []
  const certificates = await certificatesOn(prepared, node, seen, link, new Date())
  return certificates.flatMap(({ name, installed, served }) => {
    const one = settled.find(({ secret }) => secret === name)
    if (!one || !installed || !served || installed.fingerprint === served.fingerprint) return []
    const details = { node: node.name, port: one.port, unit: one.unit, ended: served.notAfter }
    return [rolloutCodes.CERTIFICATE_NOT_SHOWN(details, { where: { node: node.name } })]
  })
}
