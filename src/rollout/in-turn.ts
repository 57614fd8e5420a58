/** Takes a member of a consensus group through a step: only while it can be spared, and until it is back, or gone. */
import type { RaftGroup } from '../engines/contract.ts'
import { voterOn, votersOf } from '../engines/raft-group.ts'
import { poll, type Answer } from '../support/poll.ts'
import { reasonOf } from '../support/reason.ts'
import { drain, undrain, type Missed } from './drained.ts'
import type { LockAnswer } from './group-lock.ts'
import { waitForReturn, waitForTurn } from './guard.ts'
import { INTERRUPTED, refused, skipped } from './skipped.ts'
import type { GuardedNode, Part } from './turns.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough, type NodeResult } from './work.ts'

const LOCK_PATIENCE_SECONDS = 600

/** A step of a member, and what others would miss meanwhile. */
export interface GuardedStep {
  readonly missed: Missed
  readonly step: () => Promise<NodeResult>
}

/** Waits for the turn, takes the step, and waits for the return. */
export async function inTurn(
  run: UnderWay,
  guarded: GuardedNode,
  { missed, step }: GuardedStep,
): Promise<NodeResult> {
  const { name: node } = guarded
  // In the same order for everybody: two runs that want two groups would otherwise wait for each other.
  const parts = [...guarded.parts].toSorted(([a], [b]) => (a.name < b.name ? -1 : 1))
  const turns = parts.filter(([, part]) => part !== 'joins')
  const refusal = await awaitTurns(run, node, turns)
  if (refusal !== undefined || missed.drains.length === 0)
    return refusal ?? stepAndReturn(run, node, parts, step)
  await drain(run, node, missed)
  // That took a while: another one may have died meanwhile.
  const late = await awaitTurns(run, node, turns)
  return undrain(run, node, missed, late ?? (await stepAndReturn(run, node, parts, step)))
}

type Parts = readonly (readonly [RaftGroup, Part])[]

/** Waits until all groups can do without the member; gives its result when one of them cannot. */
async function awaitTurns(run: UnderWay, node: string, turns: Parts): Promise<NodeResult | undefined> {
  for (const [group, part] of turns) {
    const turn = await waitForTurn({
      group,
      node,
      leaves: part === 'leaves',
      lock: run.lockOf(group),
      observe: () => run.observeGroup(group),
      lockPatienceSeconds: run.lockPatienceSeconds ?? LOCK_PATIENCE_SECONDS,
      unreached: run.unreached,
      signal: run.signal,
      clock: run.clock,
      waits: run.waitsFor(node, group.name, group.patienceSeconds),
    })
    if (turn.passed) continue
    await run.delivery.release(node)
    return run.isStopped() ? skipped(INTERRUPTED) : noTurn(group, turn)
  }
  return undefined
}

async function stepAndReturn(
  run: UnderWay,
  node: string,
  parts: Parts,
  step: () => Promise<NodeResult>,
): Promise<NodeResult> {
  for (const [group, part] of parts.filter(([, its]) => its !== 'joins')) {
    const left = await giveUpVote(run, group, node, part)
    if (left.passed) continue
    await run.delivery.release(node)
    return noTurn(group, left)
  }
  const since = new Date()
  const result = await step()
  if (!isThrough(result)) return result
  return run.timed(node, () => awaitReturns(run, node, parts, since, result))
}

/** Who leaves gives up its vote while it still runs; so does who comes back under another name. */
async function giveUpVote(run: UnderWay, group: RaftGroup, node: string, part: Part): Promise<Answer> {
  const state = await run.observeGroup(group)
  const own = voterOn(state, node)
  // The only member has nobody who could take it in again.
  const isNewName = own?.name !== node && votersOf(state).length > 1
  if (own === undefined || (part !== 'leaves' && !isNewName)) return { passed: true, detail: '' }
  run.emit({
    type: 'phase-started',
    node,
    phase: 'wait',
    detail: `${group.name}: ${own.name} gives up its vote`,
  })
  try {
    await group.leave(run.delivery.link, node, part === 'leaves' ? 'for-good' : 'to-return')
    return { passed: true, detail: '' }
  } catch (error) {
    return { passed: false, detail: reasonOf(error) }
  }
}

function noTurn(group: RaftGroup, { detail, refusal }: LockAnswer): NodeResult {
  if (refusal === undefined) {
    const fix = 'bring the other members back, then run bramble apply again'
    return refused({ message: `${group.name}: ${detail}`, fix })
  }
  const { code, summary, why, fix } = refusal
  return refused({ message: summary, code, why, fix })
}

/** Waits until a member is back in all its groups after `since`, and has gone from those that it leaves. */
export async function awaitReturns(
  run: UnderWay,
  node: string,
  parts: Iterable<readonly [RaftGroup, Part]>,
  since: Date,
  result: NodeResult,
): Promise<NodeResult> {
  for (const [group, part] of parts) {
    run.emit({ type: 'phase-started', node, phase: 'gate', detail: group.name })
    const options = {
      signal: run.signal,
      waits: run.waitsFor(node, group.name, group.patienceSeconds),
      clock: run.clock,
    }
    const back =
      part === 'leaves'
        ? await poll(() => isGone(run, group, node), { patienceSeconds: group.patienceSeconds, ...options })
        : await waitForReturn(group, run.delivery.link, node, since, options)
    if (back.passed) {
      run.emit({ type: 'gate-passed', node, gate: group.name, detail: back.detail })
      continue
    }
    const fix = `look at it with bramble ssh ${node}, then run bramble apply again`
    const how = part === 'leaves' ? 'gone from' : 'back in'
    if (run.isStopped()) {
      const message = `the run was interrupted before ${node} was ${how} ${group.name}: ${back.detail}`
      return { ...result, ending: 'unfinished', failure: { message, fix: 'run bramble apply again' } }
    }
    const message = `${group.name}: ${node} was not ${how} it within ${group.patienceSeconds} s: ${back.detail}`
    return { ...result, failure: { message, fix } }
  }
  return result
}

/** A leader may have taken it in once more before it was stopped. */
async function isGone(run: UnderWay, group: RaftGroup, node: string): Promise<Answer> {
  const state = await run.observeGroup(group)
  if (!state.isLed) return { passed: false, detail: state.detail }
  if (voterOn(state, node) === undefined) return { passed: true, detail: state.detail }
  await group.leave(run.delivery.link, node, 'for-good')
  return { passed: false, detail: `${node} votes again` }
}
