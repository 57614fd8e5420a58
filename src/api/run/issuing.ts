/** Whether certificates may be issued in this run, and to whom: nobody gets one while its clock is in doubt. */
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { NodeFailure } from '../../rollout/work.ts'
import { hasTimeSource, judgeClocks, type ClockReading } from './clocks.ts'
import type { Prepared } from './prepare.ts'
import { certificatesOfNode } from '../../programs/programs.ts'

/** What comes of the clocks. */
export interface Issuing {
  /** Why nothing at all is issued. */
  readonly refusals: readonly Diagnostic[]
  /** Nodes that are left out. */
  readonly withheld: ReadonlyMap<string, NodeFailure>
}

/** Whether this run has made certificates that are not kept yet. */
export function issues({ secrets }: Pick<Prepared, 'secrets'>): boolean {
  return secrets.list().some(({ kind, pending }) => pending && kind.startsWith('certificate'))
}

/** Compares the clocks of the nodes that answered with each other and with ours. */
export async function issuingByClocks(
  prepared: Prepared,
  readings: readonly ClockReading[],
): Promise<Issuing> {
  const first = judgeClocks(readings, false)
  if (first.wrong === 'nodes' && first.nodes.length === 0) return { refusals: [], withheld: new Map() }
  const verdict = judgeClocks(readings, await hasTimeSource())
  if (verdict.wrong === 'computer') {
    const refusals = issues(prepared) ? [deliveryCodes.COMPUTER_CLOCK_WRONG(verdict)] : []
    return { refusals, withheld: new Map() }
  }
  const { cluster } = prepared.resolved
  const withheld = verdict.nodes.flatMap((reading): [string, NodeFailure][] => {
    const node = cluster.nodes.find(({ name }) => name === reading.node)
    if (node === undefined || certificatesOfNode(prepared.resolved, node).length === 0) return []
    const { summary: message, code, fix } = deliveryCodes.CLOCK_WRONG(reading)
    const why = 'its certificate would have ended, or not begun, by its own clock; so it was not touched'
    return [[reading.node, { message, code, why, fix }]]
  })
  return { refusals: [], withheld: new Map(withheld) }
}
