/** A whole run over the nodes: look, ask, change, restart, check; told as events. */
import { EMPTY_SUMMARY, addSummaries, type Outcome, type Summary } from '../events/event.ts'
import { convergeNodes, type NodeResults } from './converge.ts'
import { convergeStores, passGates } from './engines.ts'
import { observeNodes, observeStores, type StoreObservation } from './observe.ts'
import { finishedNode, isFinishedByLook, tellFinished } from './node-finished.ts'
import { rebootNodes } from './reboots.ts'
import type { PendingNode } from './turns.ts'
import type { NodeFailure, Observation, Rollout } from './work.ts'

/** Runs it to its end. Emits `node-finished` for every node and `run-finished` last; gives the outcome. */
export async function rollOut(rollout: Rollout): Promise<Outcome> {
  const [observations, stores] = await Promise.all([observeNodes(rollout), observeStores(rollout)])
  const reached = observations.filter((seen) => seen.reached)
  const pending = reached
    .filter((seen) => seen.pending.length > 0)
    .map((seen) => ({
      name: seen.node,
      roles: rolesOf(rollout, seen.node),
      pending: seen.pending,
      isManaged: seen.isManaged,
    }))
  const waits = stores.some(({ differences }) => differences.length > 0)
  // Before the connections of the look are given up. A run that finds nothing to do asks nothing.
  const isAllowed = (pending.length === 0 && !waits) || ((await rollout.allowed?.()) ?? true)
  await rollout.delivery.letGo()
  let results: NodeResults = new Map()
  let engines: { summary: Summary; failures: readonly string[] } = plannedStores(stores)
  if (!isAllowed) {
    if (rollout.mode === 'apply') await giveBack(rollout, pending)
    return finish(rollout, observations, declined(pending), plannedStores([]), true)
  }
  if (rollout.mode === 'apply' && (pending.length > 0 || waits)) {
    if (rollout.confirm && !(await rollout.confirm())) {
      await giveBack(rollout, pending)
      return finish(rollout, observations, declined(pending), plannedStores([]))
    }
    results = await convergeAllowed(rollout, pending)
    await rebootNodes(rollout, results)
    engines = await convergeStores(rollout, stores, results)
    await passGates(rollout, results)
  }
  return finish(rollout, observations, results, engines)
}

/** All but those that are withheld, which give their lease back and say why. */
async function convergeAllowed(rollout: Rollout, pending: readonly PendingNode[]): Promise<NodeResults> {
  const withheld = rollout.withheld?.() ?? new Map<string, NodeFailure>()
  await giveBack(
    rollout,
    pending.filter(({ name }) => withheld.has(name)),
  )
  const results = await convergeNodes(
    rollout,
    pending.filter(({ name }) => !withheld.has(name)),
  )
  for (const { name } of pending) {
    const failure = withheld.get(name)
    if (failure) results.set(name, { summary: EMPTY_SUMMARY, failure, reboot: false })
  }
  return results
}

async function giveBack(rollout: Rollout, nodes: readonly { readonly name: string }[]): Promise<void> {
  await Promise.all(nodes.map(({ name }) => rollout.delivery.release(name)))
}

function rolesOf(rollout: Rollout, node: string): readonly string[] {
  return rollout.nodes.find(({ name }) => name === node)?.roles ?? []
}

/** What a plan says of the engines: how many of their resources would change. */
function plannedStores(stores: readonly StoreObservation[]): {
  summary: Summary
  failures: readonly string[]
} {
  let summary = EMPTY_SUMMARY
  for (const { store, differences } of stores) {
    const kept = differences.filter(({ action }) => action !== 'remove').length
    summary = addSummaries(summary, {
      ...EMPTY_SUMMARY,
      unchanged: Math.max(0, store.size - kept),
      changed: differences.length,
    })
  }
  return {
    summary,
    failures: stores.flatMap(({ failure, store }) => (failure ? [`${store.name}: ${failure}`] : [])),
  }
}

function declined(pending: readonly { readonly name: string }[]): NodeResults {
  return new Map(pending.map(({ name }) => [name, { summary: EMPTY_SUMMARY, reboot: false }]))
}

function finish(
  rollout: Rollout,
  observations: readonly Observation[],
  results: NodeResults,
  engines: { readonly summary: Summary; readonly failures: readonly string[] },
  isRefused = false,
): Outcome {
  let total = engines.summary
  const failedNodes: string[] = []
  for (const seen of observations) {
    const finished = finishedNode(seen, results.get(seen.node))
    total = addSummaries(total, finished.summary)
    if (finished.failure) failedNodes.push(seen.node)
    if (!isFinishedByLook(rollout, seen)) tellFinished(rollout, seen.node, finished)
  }
  for (const failure of engines.failures)
    rollout.emit({ type: 'warning', code: 'ENGINE_UNREACHABLE', text: failure })
  const isFailed =
    isRefused ||
    failedNodes.length > 0 ||
    total.failed > 0 ||
    (rollout.mode === 'apply' && engines.failures.length > 0)
  const outcome: Outcome = isFailed ? 'failed' : total.changed > 0 ? 'changed' : 'unchanged'
  rollout.emit({ type: 'run-finished', outcome, summary: total, failedNodes })
  return outcome
}
