/** The one place that every disruptive step passes: a member is touched only while its group can do without it. */
import type { GroupState, MemberState, NodeLink, QuorumGroup } from '../engines/contract.ts'
import { poll, type Answer } from '../support/poll.ts'
import type { GroupLock, LockAnswer } from './group-lock.ts'

/**
 * May this member be taken out of service now? Yes while the group can lose one more, when the member serves nothing
 * anyway, or when it is the only one. Members are asked anew before each step: another one may have died meanwhile.
 */
export function mayInterrupt(state: GroupState, node: string): Answer {
  const own = state.members.find((member) => member.node === node)
  if (state.members.length <= 1) return { passed: true, detail: 'it is the only member' }
  if (own && !own.healthy) return { passed: true, detail: `${node} serves nothing now` }
  const sick = state.members.filter((member) => !member.healthy).map((member) => member.node)
  if (state.failureTolerance >= 1) return { passed: true, detail: state.detail }
  return {
    passed: false,
    detail:
      sick.length > 0
        ? `${sick.join(' and ')} ${sick.length === 1 ? 'is' : 'are'} not healthy, so ${node} cannot be spared: ${state.detail}`
        : `the group cannot lose a member now: ${state.detail}`,
  }
}

/** One member's wait for its turn. */
export interface Turn {
  readonly group: QuorumGroup
  readonly lock: GroupLock
  readonly link: NodeLink
  readonly node: string
  /** How long another run is waited for, in seconds. */
  readonly lockPatienceSeconds: number
  /** Nodes that this run could not reach: nobody mends them while it waits. */
  readonly unreached: ReadonlySet<string>
  readonly signal?: AbortSignal | undefined
  /** Told what is waited for. */
  readonly waits?: (detail: string) => void
}

/** Waits until the member may be interrupted and nobody else interrupts another one; the group's lock is held then. */
export async function waitForTurn(turn: Turn): Promise<LockAnswer> {
  const { group, lock, signal, waits } = turn
  const end = performance.now() + group.patienceSeconds * 1000
  for (;;) {
    // Without the lock: somebody else may be about to mend the member that is waited for.
    const left = Math.max(0, (end - performance.now()) / 1000)
    const healthy = await poll(() => unlocked(turn), { patienceSeconds: left, signal, waits })
    if (!healthy.passed) return healthy
    const locked = await poll(() => lockFor(turn), {
      patienceSeconds: turn.lockPatienceSeconds,
      // Not in step with another run that waits for the same.
      pauseSeconds: 0.5 + Math.random(),
      signal,
      waits,
    })
    if (!locked.passed) return locked
    const still = mayInterrupt(await group.observe(turn.link), turn.node)
    if (still.passed) return still
    await lock.give()
    if (signal?.aborted === true || performance.now() > end) return still
  }
}

async function unlocked({ group, lock, link, node, unreached }: Turn): Promise<Answer> {
  const state = await group.observe(link)
  const answer = mayInterrupt(state, node)
  if (answer.passed) return answer
  await lock.give()
  const sick = state.members.filter((member) => !member.healthy).map((member) => member.node)
  return sick.some((member) => unreached.has(member)) ? { ...answer, isFinal: true } : answer
}

async function lockFor({ group, lock, link, node }: Turn): Promise<LockAnswer> {
  const answer = await lock.take()
  if (answer.isOutOfReach !== true) return answer
  // What serves nothing may be mended however few answer: else a group that is down could not be.
  const own = (await group.observe(link)).members.find((member) => member.node === node)
  return own !== undefined && !own.healthy ? { passed: true, detail: `${node} serves nothing now` } : answer
}

/** Waits until the member is back: voter and serving, never just "unit active". */
export function waitForReturn(
  group: QuorumGroup,
  link: NodeLink,
  node: string,
  since: Date,
  signal?: AbortSignal,
): Promise<Answer> {
  return poll(() => group.returned(link, node, since), { patienceSeconds: group.patienceSeconds, signal })
}

/** The next member in turn: one that serves nothing, so that the group can spare another one; the leader last. */
export function nextInTurn(waiting: readonly string[], states: readonly GroupState[]): string | undefined {
  const members = states.flatMap((state) => state.members)
  const named = (which: (member: MemberState) => boolean): Set<string> =>
    new Set(members.filter(which).map(({ node }) => node))
  const sick = named(({ healthy }) => !healthy)
  const leaders = named(({ leader }) => leader)
  return waiting.find((node) => sick.has(node)) ?? waiting.find((node) => !leaders.has(node)) ?? waiting[0]
}
