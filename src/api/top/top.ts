/** `top`: how the boards are just now, one session each. Needs no root, and changes nothing. */
import { commandParts } from '../../delivery/command/scripts.generated.ts'
import { supervise, type SupervisedEnd } from '../../delivery/command/supervised.ts'
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { forTwin } from '../../diagnostics/for-twin.ts'
import { boardHealthShell } from '../../hardware/board-health.generated.ts'
import { nodesInScope, type Scope } from '../../programs/scope.ts'
import { limit } from '../../support/limit.ts'
import { connect } from '../connect.ts'
import type { OpenedCluster } from '../open.ts'
import { MEASURES, readBoard, worstFirst, type BoardReading } from './board-reading.ts'

/** Which boards are asked. */
export interface TopOptions extends Scope {
  readonly signal?: AbortSignal
}

const CONCURRENCY = 50
/** Who looks waits for the answer. */
const CONNECT_SECONDS = 5
const TIMEOUT_SECONDS = 20
/** A board that says more than this says something else. */
const MOST_BYTES = 65_536

/** Asks the chosen boards; those that need a look come first. A board that does not answer holds back nobody. */
export async function top(
  cluster: OpenedCluster,
  options: TopOptions = {},
): Promise<readonly BoardReading[]> {
  const nodes = nodesInScope(cluster.resolved, options)
  const transport = connect(cluster, { connectSeconds: CONNECT_SECONDS })
  const within = limit(CONCURRENCY)
  try {
    const read = nodes.map((node) =>
      within(async () => {
        let text = ''
        const end = await supervise(transport, {
          node,
          argv: ['sh', '-c', `${boardHealthShell}\n${commandParts.top}`],
          asRoot: false,
          timeoutSeconds: TIMEOUT_SECONDS,
          signal: options.signal,
          output: (stream, bytes) => {
            if (stream === 'stdout' && text.length < MOST_BYTES) text += bytes.toString()
            return Promise.resolve()
          },
        })
        const failure = failureOf(node, end)
        return failure === undefined ? readBoard(node, text.split('\n')) : unread(node, failure, cluster.lab)
      }),
    )
    return worstFirst(await Promise.all(read))
  } finally {
    await transport.close()
  }
}

function failureOf(node: string, end: SupervisedEnd): Diagnostic | undefined {
  const at = { where: { node } }
  if (end.how === 'failed' || end.how === 'lost') return end.failure
  const late = { node, seconds: TIMEOUT_SECONDS, doing: 'while it was asked how it is' }
  if (end.how === 'stopped') return deliveryCodes.NODE_TIMED_OUT(late, at)
  return end.how === 'skipped' ? deliveryCodes.DELIVERY_STOPPED({ node }, at) : undefined
}

function unread(node: string, { summary, fix }: Diagnostic, lab: boolean): BoardReading {
  return {
    node,
    reached: false,
    detail: summary,
    fix: lab ? forTwin(fix) : fix,
    unknown: MEASURES,
    severity: 0,
    severities: {},
  }
}
