/**
 * A second round, and a third: nodes that waited for what only a running engine makes are looked at once more when it is there, and changed
 * by the same rules as in the first. Each round needs an offer that has come since, so there is an end.
 */
import { rolloutCodes } from '../diagnostics/catalogue/rollout.ts'
import { EMPTY_SUMMARY } from '../events/event.ts'
import { combined, type NodeResults } from './converge-node.ts'
import { convergeEngines, isYetToCome } from './engines.ts'
import type { EngineRun } from './engine-run.ts'
import { waits } from './node-finished.ts'
import { observeAgain } from './observe.ts'
import { missingOn, unmadeBy } from './offers.ts'
import { pendingNodes } from './pending-nodes.ts'
import { rebootNodes } from './reboots.ts'
import { INTERRUPTED, skipped } from './skipped.ts'
import type { PendingNode } from './turns.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough, type NodeFailure, type NodeResult, type Observation, type PendingChange } from './work.ts'

/** What the first round came to. */
export interface FirstRound {
  readonly observations: readonly Observation[]
  readonly engines: readonly EngineRun[]
  /** Gets what further rounds come to. */
  readonly results: NodeResults
  /** Changes nodes by the rules of the first round. */
  readonly converge: (pending: readonly PendingNode[]) => Promise<NodeResults>
}

/** Goes round as long as an offer comes that somebody waits for. Gives what was seen of the nodes in all rounds. */
export async function furtherRounds(run: UnderWay, first: FirstRound): Promise<readonly Observation[]> {
  const { engines, results } = first
  const seen = new Map(first.observations.map((observation) => [observation.node, observation]))
  for (let due = dueNodes(run, seen, results); due.length > 0; due = dueNodes(run, seen, results)) {
    if (run.isStopped()) break
    await goRound(run, due, seen, first)
    await convergeEngines(
      run,
      engines.filter((engine) => isUndone(run, engine, due)),
      results,
    )
  }
  for (const { node } of [...seen.values()].filter(waits)) tellWaiting(run, node, results)
  for (const engine of engines) await tellYetToCome(run, engine)
  return [...seen.values()]
}

/** Nodes for which an offer has come since they were looked at. Whoever did not come through before has to be mended first. */
function dueNodes(
  run: UnderWay,
  seen: ReadonlyMap<string, Observation>,
  results: NodeResults,
): readonly string[] {
  return [...seen.values()]
    .filter((last) => last.reached && missingOn(run, last.node).length < (last.waitsFor ?? []).length)
    .map(({ node }) => node)
    .filter((node) => !results.has(node) || isThrough(results.get(node)))
}

async function goRound(
  run: UnderWay,
  due: readonly string[],
  seen: Map<string, Observation>,
  { results, converge }: FirstRound,
): Promise<void> {
  const again = await observeAgain(run, due)
  await run.delivery.letGo()
  const now = await converge(pendingNodes(run, again))
  await rebootNodes(run, now)
  for (const observation of again) {
    const { node } = observation
    const result = observation.reached ? now.get(node) : unreached(observation)
    const before = results.get(node)
    if (result) results.set(node, before ? together(before, result) : result)
    seen.set(node, inAll(seen.get(node), observation))
  }
}

function unreached(failure: Extract<Observation, { reached: false }>): NodeResult {
  return { summary: EMPTY_SUMMARY, failure, reboot: false }
}

/** What its gates have to prove began with the first change. */
function together(before: NodeResult, result: NodeResult): NodeResult {
  return { ...combined(before, result), ...(before.since && { since: before.since }) }
}

/** What was seen of a node in all rounds; a node that was lost stays as it was seen, and its result says the rest. */
function inAll(before: Observation | undefined, now: Observation): Observation {
  if (!before?.reached) return now
  if (!now.reached) return before
  const addresses = new Set(now.pending.map(({ address }) => address))
  const earlier: PendingChange[] = before.pending.filter(({ address }) => !addresses.has(address))
  return { ...now, pending: [...earlier, ...now.pending] }
}

/** What an engine still owes: it had to wait itself, an offer has not come, or its nodes have changed since it failed. */
function isUndone(
  run: UnderWay,
  { name, store, failure, differences, outcomes }: EngineRun,
  due: readonly string[],
): boolean {
  if (unmadeBy(run, name).length > 0) return true
  if (failure !== undefined) return store?.members.some((member) => due.includes(member)) ?? false
  return differences.some(({ address }) => !outcomes.has(address))
}

/** The rounds are over, and it still waits. */
function tellWaiting(run: UnderWay, node: string, results: NodeResults): void {
  const before = results.get(node)
  if (before !== undefined && !isThrough(before)) return
  const left: NodeResult = run.isStopped()
    ? skipped(INTERRUPTED)
    : {
        summary: EMPTY_SUMMARY,
        failure: stillWaits(node, missingOn(run, node)),
        ending: 'skipped',
        reboot: false,
      }
  results.set(node, before ? combined(before, left) : left)
}

function stillWaits(who: string, offers: readonly string[]): NodeFailure {
  const { code, summary: message, why, fix } = rolloutCodes.OFFER_MISSING({ who, offers })
  return { message, code, why, fix }
}

/** An engine that could not be started has nothing of what it is to hold. */
async function tellYetToCome(run: UnderWay, engine: EngineRun): Promise<void> {
  const { name, store } = engine
  if (store === undefined || engine.failure !== undefined || !(await isYetToCome(run, store))) return
  engine.ending = 'skipped'
  const offers = [...new Set(store.members.flatMap((member) => missingOn(run, member)))]
  engine.failure = rolloutCodes.OFFER_MISSING({ who: name, offers })
}
