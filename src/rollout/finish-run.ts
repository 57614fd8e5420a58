/** The verdict on a run: what became of each node and each engine, and of all of it together. */
import { rolloutCodes } from '../diagnostics/catalogue/rollout.ts'
import {
  EMPTY_SUMMARY,
  addSummaries,
  type NodeOutcome,
  type RunOutcome,
  type Summary,
} from '../events/event.ts'
import type { NodeResults } from './converge-node.ts'
import { unchangedOf } from './engines.ts'
import type { EngineRun } from './engine-run.ts'
import { finishedNode, isFinishedByLook, outcomeOf, tellFinished, waits } from './node-finished.ts'
import type { UnderWay } from './under-way.ts'
import type { Observation } from './work.ts'

/** A run that has come to its end. */
export interface EndedRun {
  readonly run: UnderWay
  readonly observations: readonly Observation[]
  readonly engines: readonly EngineRun[]
  readonly results: NodeResults
  /** The run was not allowed to change anything. */
  readonly isRefused?: boolean
  /** It ended at the question whether it may begin. */
  readonly isInterrupted?: boolean
  /** It was carried out. */
  readonly hasChanged?: boolean
}

/** Tells the end of all nodes and engines and of the run; gives its outcome. */
export function finishRun(ended: EndedRun): RunOutcome {
  const { run, observations, results } = ended
  let total = EMPTY_SUMMARY
  const outcomes = new Map<string, NodeOutcome>()
  for (const seen of observations) {
    const finished = finishedNode(seen, results.get(seen.node))
    total = addSummaries(total, finished.summary)
    outcomes.set(seen.node, outcomeOf(finished))
    if (!isFinishedByLook(run, seen)) tellFinished(run, seen.node, finished)
  }
  const nodesThat = (...which: readonly NodeOutcome[]): string[] =>
    [...outcomes].filter(([, outcome]) => which.includes(outcome)).map(([node]) => node)
  const engineOutcomes: NodeOutcome[] = []
  for (const engine of ended.engines) {
    const { summary, outcome } = finishEngine(ended, engine)
    total = addSummaries(total, summary)
    engineOutcomes.push(outcome)
  }
  const outcome = outcomeOfRun(ended, [...outcomes.values(), ...engineOutcomes], total)
  const failedNodes = nodesThat('failed')
  const unfinishedNodes = nodesThat('skipped', 'unfinished')
  run.emit({
    type: 'run-finished',
    outcome,
    summary: total,
    failedNodes,
    ...(unfinishedNodes.length > 0 && { unfinishedNodes }),
  })
  return outcome
}

function outcomeOfRun(
  { run, isRefused, isInterrupted }: EndedRun,
  parts: readonly NodeOutcome[],
  total: Summary,
): RunOutcome {
  if (run.isStopped() || isInterrupted === true) return 'interrupted'
  if (isRefused === true) return 'failed'
  if (parts.includes('declined')) return 'declined'
  if (parts.includes('failed') || total.failed > 0) return 'failed'
  if (parts.includes('skipped') || parts.includes('unfinished')) return 'incomplete'
  return total.changed > 0 ? 'changed' : 'unchanged'
}

function finishEngine(
  ended: EndedRun,
  engine: EngineRun,
): { readonly summary: Summary; readonly outcome: NodeOutcome } {
  const { run, hasChanged = false } = ended
  const changed = run.mode === 'plan' ? engine.differences.length : engine.summary.changed
  const summary = { ...engine.summary, changed, unchanged: unchangedOf(engine) }
  // What is still to be done may be what mends it.
  const isJudged = hasChanged || isAsWanted(ended)
  const { problems, failure: unseen } = engine.look
  tellStrangers(run, engine)
  const failure =
    engine.failure ??
    (isJudged && unseen !== undefined
      ? rolloutCodes.ENGINE_UNREACHABLE({ engine: engine.name, reason: unseen })
      : isJudged && problems.length > 0
        ? rolloutCodes.ENGINE_NOT_WELL({ engine: engine.name, problems })
        : undefined)
  const isUnseen = !hasChanged && failure !== undefined && UNSEEN.includes(failure.code)
  const outcome =
    engine.ending ??
    (failure ? (isUnseen ? 'skipped' : 'failed') : summary.changed > 0 ? 'changed' : 'unchanged')
  run.emit({
    type: 'engine-finished',
    engine: engine.name,
    outcome,
    summary,
    problems,
    ...(failure && { message: failure.summary, code: failure.code, why: failure.why, fix: failure.fix }),
  })
  return { summary, outcome }
}

/** Members that run where nobody logs in any more. */
function tellStrangers(run: UnderWay, { name: engine, look }: EngineRun): void {
  for (const { name, unit } of look.strangers ?? []) {
    const { code, summary, why, fix } = rolloutCodes.MEMBER_LEFT_RUNNING({ engine, name, unit })
    run.emit({ type: 'warning', code, text: `${summary}: ${why}; ${fix}` })
  }
}

/** What is not known has not failed. */
const UNSEEN: readonly string[] = ['ENGINE_UNREACHABLE', 'CLUSTER_RESOURCES_UNSEEN']

/** Was everything that could be looked at as wanted? */
export function isAsWanted({ observations, engines }: Pick<EndedRun, 'observations' | 'engines'>): boolean {
  return (
    observations.every((seen) => !seen.reached || (seen.pending.length === 0 && !waits(seen))) &&
    engines.every(({ differences }) => differences.length === 0)
  )
}
