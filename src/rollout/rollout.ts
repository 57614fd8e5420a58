/** A whole run over the nodes: look, ask, change, restart, check; told as events. */
import { EMPTY_SUMMARY, type RunOutcome } from '../events/event.ts'
import { AwaitedResults } from './awaited-results.ts'
import { convergeNodes } from './converge.ts'
import type { NodeResults } from './converge-node.ts'
import { lookAgain, settle } from './engine-look.ts'
import { convergeEngines, growEngine, prepareEngines } from './engines.ts'
import type { EngineRun } from './engine-run.ts'
import { finishRun, isAsWanted } from './finish-run.ts'
import { furtherRounds } from './further-rounds.ts'
import { passGates } from './gates.ts'
import { updateNodes } from './update-nodes.ts'
import { waits } from './node-finished.ts'
import { observeEngines } from './observe-engines.ts'
import { observeNodes } from './observe.ts'
import { pendingNodes } from './pending-nodes.ts'
import { plannedOrder } from './planned-order.ts'
import { rebootNodes } from './reboots.ts'
import { INTERRUPTED, refused, skipped } from './skipped.ts'
import type { PendingNode } from './turns.ts'
import { underWay, type UnderWay } from './under-way.ts'
import { isThrough, type NodeFailure, type NodeResult, type Observation, type Rollout } from './work.ts'

/** Runs it to its end. Emits `node-finished` for every node, `engine-finished` for every engine and `run-finished` last; gives the outcome. */
export async function rollOut(rollout: Rollout): Promise<RunOutcome> {
  const run = underWay(rollout)
  const [observations, engines] = await Promise.all([observeNodes(run), observeEngines(run)])
  const pending = pendingNodes(run, observations)
  for (const { name, differences } of engines) if (differences.length > 0) run.unsettled.add(name)
  // Before the connections of the look are given up. A run that finds nothing to do asks nothing.
  const isQuiet = isAsWanted({ observations, engines })
  const isAllowed = (await run.allowed?.(isQuiet)) ?? true
  if (pending.length > 0 && isAllowed) {
    const planned = await plannedOrder(run, pending)
    run.emit({ type: 'order-planned', concurrency: run.concurrency, ...planned })
  }
  if (isQuiet) await Promise.all(engines.map((engine) => settle(run, engine)))
  await run.delivery.letGo()
  const seen = { run, observations, engines }
  if (run.mode === 'plan') return finishRun({ ...seen, results: new Map(), isRefused: !isAllowed })
  if (!isAllowed) return leave({ ...seen, pending, result: declined(), isRefused: true })
  if (run.isStopped()) return leave({ ...seen, pending, result: skipped(INTERRUPTED) })
  if (isQuiet) return finishRun({ ...seen, results: new Map() })
  try {
    if (run.confirm && !(await run.confirm())) return await leave({ ...seen, pending, result: declined() })
  } catch (error) {
    // Somebody left at the question, or what was decided could not be kept: no node is held for that.
    await leave({ ...seen, pending, result: skipped(INTERRUPTED), isInterrupted: true })
    throw error
  }
  return finishRun({ ...seen, ...(await change(run, observations, engines, pending)), hasChanged: true })
}

async function change(
  run: UnderWay,
  observations: readonly Observation[],
  engines: readonly EngineRun[],
  pending: readonly PendingNode[],
): Promise<{ readonly results: NodeResults; readonly observations: readonly Observation[] }> {
  try {
    const kept = await prepareEngines(run, engines)
    run.grow = (group) => growEngine(run, engines, group)
    const results = await convergeAllowed(run, pending, kept)
    await rebootNodes(run, results)
    await convergeEngines(run, engines, results)
    const converge = (due: readonly PendingNode[]) => convergeAllowed(run, due, kept)
    const seen = await furtherRounds(run, { observations, engines, results, converge })
    await passGates(run, seen, engines, results)
    // Who waited for a gate in vain need not wait for the same thing once more.
    const mayWait = [...results.values()].every(isThrough)
    await Promise.all(engines.map((engine) => lookAgain(run, engine, mayWait)))
    return { results, observations: seen }
  } finally {
    await run.giveLocks()
  }
}

/** All but those that are withheld, which give their lease back and say why. */
async function convergeAllowed(
  run: UnderWay,
  pending: readonly PendingNode[],
  kept: ReadonlyMap<string, string>,
): Promise<NodeResults> {
  const withheld = new Map<string, NodeFailure>([
    ...[...kept].map(([node, message]) => [node, { message }] as const),
    ...(run.withheld?.() ?? []),
  ])
  const results = new AwaitedResults()
  for (const { name } of pending) {
    const failure = withheld.get(name)
    if (failure === undefined) continue
    await run.delivery.release(name)
    results.set(name, refused(failure))
  }
  const due = pending.filter(({ name }) => !withheld.has(name))
  if (run.updating === undefined) await convergeNodes(run, due, results)
  else await updateNodes(run, run.updating, due, results)
  return results
}

/** Nothing was touched: the nodes are given back. */
async function leave(left: {
  readonly run: UnderWay
  readonly observations: readonly Observation[]
  readonly engines: readonly EngineRun[]
  readonly pending: readonly PendingNode[]
  readonly result: NodeResult
  readonly isRefused?: boolean
  readonly isInterrupted?: boolean
}): Promise<RunOutcome> {
  const { run, pending, result, engines, observations } = left
  await Promise.all(pending.map(({ name }) => run.delivery.release(name)))
  const ending = result.ending === 'declined' ? 'declined' : 'skipped'
  for (const engine of engines) if (engine.differences.length > 0) engine.ending = ending
  const names = [...pending.map(({ name }) => name), ...observations.filter(waits).map(({ node }) => node)]
  return finishRun({ ...left, results: new Map(names.map((name) => [name, result])) })
}

function declined(): NodeResult {
  return { summary: EMPTY_SUMMARY, reboot: false, ending: 'declined' }
}
