/** Nodes that take a step in the order of a run: each when those that it goes after have ended, and when there is room. */
import type { Limit } from '../support/limit.ts'
import type { AwaitedResults } from './awaited-results.ts'
import { missedIn, whileDrained, type StepKind } from './drained.ts'
import type { Edge, NodeOrder } from './node-order.ts'
import type { Slots } from './slots.ts'
import type { UnderWay } from './under-way.ts'
import { unfitOn } from './unfit.ts'
import { wellAgain, wellBy } from './well-again.ts'
import { isThrough, type NodeResult } from './work.ts'

/** What is common to the nodes of a step. */
export interface Line {
  readonly kind: StepKind
  readonly order: NodeOrder
  readonly slots: Slots
  readonly within: Limit
  readonly step: (node: string) => Promise<NodeResult>
  /** The result of a node whose turn does not come, and why. */
  readonly leaveOut: (node: string, why: string) => Promise<NodeResult>
  readonly results: AwaitedResults
}

/** Takes the nodes through it. */
export async function takeInLine(run: UnderWay, nodes: readonly string[], line: Line): Promise<void> {
  await Promise.all(nodes.map(async (node) => line.results.set(node, await inLine(run, node, line))))
}

async function inLine(run: UnderWay, node: string, line: Line): Promise<NodeResult> {
  const { order, slots } = line
  await line.results.all(order.of(node).map(({ after }) => after))
  const why = await hindrance(run, node, line)
  if (why !== undefined) return line.leaveOut(node, why)
  const isNoticed = line.kind === 'restart' || slots.isScarce(node) || order.isWaitedFor(node)
  const unfit = isNoticed ? await unfitOn(run, node) : undefined
  if (unfit !== undefined) return line.leaveOut(node, unfit)
  const because = await slots.take(node)
  if (because !== undefined) return line.leaveOut(node, didNotComeThrough(because))
  const missed = await missedIn(line.kind, run, node)
  const isWatched = isNoticed || missed.drains.length > 0
  const step = (): Promise<NodeResult> => line.step(node)
  const result = await line.within(() =>
    whileDrained(run, node, missed, () =>
      isWatched ? wellAgain(run, node, { isStoodOn: order.isStoodOn(node), step }) : step(),
    ),
  )
  slots.give(node, isThrough(result))
  return result
}

/** Why a node whose time has come must not go; undefined when it may. */
export async function hindrance(
  run: UnderWay,
  node: string,
  { kind, order, results }: Pick<Line, 'kind' | 'order' | 'results'>,
): Promise<string | undefined> {
  const { follows = [] } = run.nodes.find(({ name }) => name === node) ?? {}
  const away = follows.filter((after) => run.unreached.has(after))
  const failed = order.of(node).filter(({ after }) => !isThrough(results.get(after)))
  for (const edge of [...away.map((after): Edge => ({ node, after, why: 'stands-on' })), ...failed]) {
    const why = await hinders(run, edge, kind, results.get(edge.after))
    if (why !== undefined) return why
  }
  return undefined
}

async function hinders(
  run: UnderWay,
  edge: Edge,
  kind: Line['kind'],
  result: NodeResult | undefined,
): Promise<string | undefined> {
  const { after, why } = edge
  if (why === 'joins' || why === 'leader') return undefined
  if (why === 'canary') return didNotComeThrough(after)
  if (why === 'stands-on' || why === 'way-first') return lacks(run, edge, NEEDS[why])
  // It needs nothing of those behind it; but what keeps them from coming back may keep it, too.
  return kind === 'restart' || result?.ending === 'unfinished'
    ? `${after}, which ${why === 'way-last' ? 'is reached through' : 'stands on'} it, did not come through`
    : undefined
}

/** What a node needs of another one may be there although that one did not come through. */
async function lacks(run: UnderWay, { node, after }: Edge, needs: string): Promise<string | undefined> {
  const gate = await wellBy(run, after)
  if (gate === undefined) return `${after} did not come through, and ${needs}`
  const detail = `${after} did not come through, and what ${node} needs of it is there`
  run.emit({ type: 'gate-passed', node, gate: `${gate} on ${after}`, detail })
  return undefined
}

const NEEDS = { 'stands-on': 'it stands on it', 'way-first': 'it is reached through it' }

function didNotComeThrough(node: string): string {
  return `${node} went first and did not come through`
}
