/** Takes a member of a consensus group through a step: only while it can be spared, and until it is back. */
import type { QuorumGroup } from '../engines/contract.ts'
import type { LockAnswer } from './group-lock.ts'
import { waitForReturn, waitForTurn } from './guard.ts'
import { INTERRUPTED, refused, skipped } from './skipped.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough, type NodeResult } from './work.ts'

const LOCK_PATIENCE_SECONDS = 600

/** Waits for the turn, takes the step, and waits for the return. */
export async function inTurn(
  run: UnderWay,
  node: string,
  groups: readonly QuorumGroup[],
  step: () => Promise<NodeResult>,
): Promise<NodeResult> {
  // In the same order for everybody: two runs that want two groups would otherwise wait for each other.
  for (const group of groups.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const waits = (detail: string): void =>
      run.emit({ type: 'phase-started', node, phase: 'wait', detail: `${group.name}: ${detail}` })
    const turn = await waitForTurn({
      group,
      lock: run.lockOf(group),
      link: run.delivery.link,
      node,
      lockPatienceSeconds: run.lockPatienceSeconds ?? LOCK_PATIENCE_SECONDS,
      unreached: run.unreached,
      signal: run.signal,
      waits,
    })
    if (turn.passed) continue
    await run.delivery.release(node)
    return run.isStopped() ? skipped(INTERRUPTED) : noTurn(group, turn)
  }
  const since = new Date()
  const result = await step()
  if (!isThrough(result) || result.reboot) return result
  // Who is no longer wanted as a member does not come back.
  const stays = groups.filter(({ members }) => members.includes(node))
  return run.timed(node, () => awaitReturn(run, node, stays, since, result))
}

function noTurn(group: QuorumGroup, { detail, refusal }: LockAnswer): NodeResult {
  if (refusal === undefined) {
    const fix = 'bring the other members back, then run bramble apply again'
    return refused({ message: `${group.name}: ${detail}`, fix })
  }
  const { code, summary, why, fix } = refusal
  return refused({ message: summary, code, why, fix })
}

/** Waits until a member is back in all its groups after `since`. */
async function awaitReturn(
  run: UnderWay,
  node: string,
  groups: readonly QuorumGroup[],
  since: Date,
  result: NodeResult,
): Promise<NodeResult> {
  for (const group of groups) {
    run.emit({ type: 'phase-started', node, phase: 'gate', detail: group.name })
    const back = await waitForReturn(group, run.delivery.link, node, since, run.signal)
    if (back.passed) {
      run.emit({ type: 'gate-passed', node, gate: group.name, detail: back.detail })
      continue
    }
    const fix = `look at it with bramble ssh ${node}, then run bramble apply again`
    if (run.isStopped()) {
      const message = `the run was interrupted before ${node} was back in ${group.name}: ${back.detail}`
      return { ...result, ending: 'unfinished', failure: { message, fix: 'run bramble apply again' } }
    }
    const message = `${group.name}: ${node} did not come back within ${group.patienceSeconds} s: ${back.detail}`
    return { ...result, failure: { message, fix } }
  }
  return result
}
