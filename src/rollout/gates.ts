/** Every node that was changed, or whose engine was, passes its gates: the engine itself says that the node is well. */
import type { Gate, NodeChange } from '../engines/contract.ts'
import { EMPTY_SUMMARY } from '../events/event.ts'
import { poll } from '../support/poll.ts'
import { reasonOf } from '../support/reason.ts'
import type { NodeResults } from './converge-node.ts'
import type { EngineRun } from './engine-run.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough, type NodeResult, type Observation, type PendingChange } from './work.ts'

/** Waits for the gates, all at once; a gate that stays shut fails its node. */
export async function passGates(
  run: UnderWay,
  observations: readonly Observation[],
  engines: readonly EngineRun[],
  results: NodeResults,
): Promise<void> {
  const changes = new Map(observations.map((seen) => [seen.node, seen.reached ? seen.pending : []]))
  const due = run.gates.filter(({ node, engine }) => {
    if (results.has(node)) return isThrough(results.get(node))
    const own = engines.find(({ name }) => name === engine)
    return changes.has(node) && !run.unreached.has(node) && (own?.summary.changed ?? 0) > 0
  })
  await Promise.all(
    due.map((gate) =>
      run.timed(gate.node, async () => {
        const { node } = gate
        const result = await passGate(run, gate, {
          changed: changes.get(node) ?? [],
          // What the node stands on was not made: it is asked, and not waited for.
          isHopeless: engines.some(({ name, failure }) => name === gate.engine && failure !== undefined),
          result: results.get(node) ?? { summary: EMPTY_SUMMARY, reboot: false },
        })
        if (!isThrough(result)) results.set(node, result)
      }),
    ),
  )
}

interface GateParts {
  readonly changed: readonly PendingChange[]
  readonly isHopeless?: boolean
  readonly result: NodeResult
}

/** What a gate says now; one that cannot be asked does not hold. */
export async function askGate(
  run: Pick<UnderWay, 'delivery'>,
  gate: Gate,
  change?: NodeChange,
): ReturnType<Gate['ask']> {
  try {
    return await gate.ask(run.delivery.link, change)
  } catch (error) {
    return { passed: false, detail: reasonOf(error) }
  }
}

/** Waits for a gate; gives the result of its node, which fails where the gate stays shut. */
export async function passGate(
  run: UnderWay,
  gate: Gate,
  { changed, isHopeless = false, result }: GateParts,
): Promise<NodeResult> {
  const { node, name, patienceSeconds } = gate
  if (run.isStopped()) {
    const message = `the run was interrupted before its gate: ${name}`
    const failure = { message, fix: 'run bramble apply again' }
    return { ...result, ending: 'unfinished', failure }
  }
  run.emit({ type: 'phase-started', node, phase: 'gate', detail: name })
  const change = result.since && { since: result.since, changed }
  const answer = await poll(() => askGate(run, gate, change), {
    patienceSeconds: isHopeless ? 0 : patienceSeconds,
    signal: run.signal,
    waits: (detail) => run.emit({ type: 'phase-started', node, phase: 'gate', detail: `${name}: ${detail}` }),
  })
  if (answer.passed) {
    run.emit({ type: 'gate-passed', node, gate: name, detail: answer.detail })
    return result
  }
  const after = isHopeless ? '' : ` after ${patienceSeconds} s`
  const how = run.isStopped() ? 'was not well yet when the run was interrupted' : `is not well${after}`
  return {
    ...result,
    failure: { message: `${name} ${how}: ${answer.detail}`, fix: `look at it with bramble ssh ${node}` },
    ...(run.isStopped() && { ending: 'unfinished' as const }),
  }
}
