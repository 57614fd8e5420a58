/** What keeps a run from changing anything: versions that may not follow those that run, and what a node cannot be brought out of. */
import type { Obstacle } from '../../delivery/push/push.ts'
import type { Transport } from '../../delivery/transport/transport.ts'
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { wantedVersions } from '../../programs/programs.ts'
import { versionRefusals, versionsInScope } from '../../programs/running-versions.ts'
import type { NodeFailure } from '../../rollout/work.ts'
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

/** Of all obstacles that nodes have told. */
export class Obstacles {
  /** Found before anything was touched: they end the run. */
  readonly found: Diagnostic[] = []
  /** Found on nodes that were looked at once more: these nodes stay as they are. */
  readonly late = new Map<string, NodeFailure>()
  /** Has the run been judged by what was found? */
  isJudged = false

  note(node: string, { what, wayOut }: Obstacle): void {
    const told = deliveryCodes.OBSTACLE({ node, what, wayOut }, { where: { node } })
    const { summary: message, code, why, fix } = told
    if (this.isJudged) this.late.set(node, { message, code, why, fix })
    else this.found.push(told)
  }
}
