/** What keeps a run from changing anything: versions that may not follow those that run, and what a node says. */
import type { Obstacle } from '../../delivery/push/push.ts'
import type { Transport } from '../../delivery/transport/transport.ts'
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { wantedVersions } from '../../programs/programs.ts'
import { versionRefusals, versionsInScope } from '../../programs/running-versions.ts'
import type { OpenedCluster } from '../open.ts'
import type { Prepared } from './prepare.ts'

/** What keeps the engines in scope from going from what runs to what is wanted. */
export function objectionsTo(
  { resolved, nodes, engines }: Pick<Prepared, 'resolved' | 'nodes' | 'engines'>,
  { source: { positions } }: OpenedCluster,
  link: Transport,
): Promise<readonly Diagnostic[]> {
  return versionRefusals({
    versions: versionsInScope(wantedVersions(resolved), new Set(nodes)),
    probes: engines.probes,
    running: resolved.lock.running,
    positions,
    link,
  })
}

/** The diagnostic for what an apply must not decide. */
export function obstacleDiagnostic(node: string, { what, wayOut }: Obstacle): Diagnostic {
  return deliveryCodes.OBSTACLE({ node, what, wayOut }, { where: { node } })
}
