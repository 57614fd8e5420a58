/** The one place that every disruptive step passes: a member is touched only while its group can do without it. */
import type { NodeLink, RaftGroup } from '../engines/contract.ts'
import {
  mayInterrupt,
  mayLeave,
  sickNodes,
  voterOn,
  votersOf,
  type GroupState,
} from '../engines/raft-group.ts'
import { poll, steadyClock, type Answer, type Clock, type PollOptions } from '../support/poll.ts'
import type { GroupLock, LockAnswer } from './group-lock.ts'

/** How long a group may be without a leader until its members are taken for what serves nothing, in seconds. An election takes less. */
const LEADERLESS_SECONDS = 60

/** One member's wait for its turn. */
export interface Turn {
  readonly group: Pick<RaftGroup, 'name' | 'patienceSeconds'>
  readonly node: string
  /** It gives up its vote for good. */
  readonly leaves: boolean
  readonly lock: GroupLock
  /** Asks the group anew. */
  readonly observe: () => Promise<GroupState>
  /** How long another run is waited for, in seconds. */
  readonly lockPatienceSeconds: number
  /** Nodes that this run could not reach: nobody mends them while it waits. */
  readonly unreached: ReadonlySet<string>
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock | undefined
  /** Told what is waited for. */
  readonly waits?: PollOptions['waits']
}

/** Waits until the member may be interrupted and nobody else interrupts another one; the group's lock is held then. */
export async function waitForTurn(turn: Turn): Promise<LockAnswer> {
  const { group, lock, signal, waits, clock = steadyClock } = turn
  const end = clock.now() + group.patienceSeconds * 1000
  const guard = guardOf(turn, clock)
  for (;;) {
    // Without the lock: somebody else may be about to mend the member that is waited for.
    const left = Math.max(0, (end - clock.now()) / 1000)
    const healthy = await poll(() => unlocked(turn, guard), { patienceSeconds: left, signal, waits, clock })
    if (!healthy.passed) return healthy
    const locked = await poll(() => lockFor(turn), {
      patienceSeconds: turn.lockPatienceSeconds,
      // Not in step with another run that waits for the same.
      pauseSeconds: 0.5 + Math.random(),
      signal,
      waits,
      clock,
    })
    if (!locked.passed) return locked
    const still = guard(await turn.observe())
    if (still.passed) return still
    await lock.give()
    if (signal?.aborted === true || clock.now() > end) return still
  }
}

/** Judges one look after the other. */
function guardOf({ node, leaves, group, unreached }: Turn, clock: Clock): (state: GroupState) => Answer {
  let leaderlessSince: number | undefined
  return (state) => {
    leaderlessSince = state.isLed ? undefined : (leaderlessSince ?? clock.now())
    const answer = leaves ? mayLeave(state, node) : mayInterrupt(state, node)
    if (answer.passed || leaderlessSince === undefined) return answer
    const patience = Math.min(LEADERLESS_SECONDS, group.patienceSeconds / 2) * 1000
    const isAllHere = votersOf(state).every((voter) => voter.node !== undefined && !unreached.has(voter.node))
    // Nobody is missing who could still bring a leader, and there is none: what holds them up is what is to be changed.
    return isAllHere && clock.now() - leaderlessSince > patience
      ? { passed: true, detail: `${node} serves nothing now: ${state.detail}` }
      : answer
  }
}

async function unlocked(turn: Turn, guard: (state: GroupState) => Answer): Promise<Answer> {
  const state = await turn.observe()
  const answer = guard(state)
  if (answer.passed) return answer
  await turn.lock.give()
  return sickNodes(state).some((member) => member !== turn.node && turn.unreached.has(member))
    ? { ...answer, isFinal: true }
    : answer
}

async function lockFor({ lock, observe, node }: Turn): Promise<LockAnswer> {
  const state = await observe()
  lock.members = membersToHold(state)
  const answer = await lock.take()
  if (answer.isOutOfReach !== true) return answer
  // What serves nothing may be mended however few answer: else a group that is down could not be.
  return voterOn(state, node)?.isDown === true
    ? { passed: true, detail: `${node} serves nothing now` }
    : answer
}

function membersToHold(state: GroupState): readonly string[] {
  const voting = votersOf(state).flatMap(({ node }) => node ?? [])
  return voting.length > 0 ? voting : state.wanted
}

/** Waits until the member is back: voter and serving, never just "unit active". */
export function waitForReturn(
  group: RaftGroup,
  link: NodeLink,
  node: string,
  since: Date,
  options: Omit<PollOptions, 'patienceSeconds'>,
): Promise<Answer> {
  const { patienceSeconds } = group
  return poll(() => group.proven(link, node, since), { patienceSeconds, ...options })
}
