/** The one place that every disruptive step passes: a member is touched only while its group can do without it. */
import type { GroupState, NodeLink, QuorumGroup } from '../engines/contract.ts'
import { poll, type Answer } from '../support/poll.ts'

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

/** Waits until the group can spare the member; the answer says why when it cannot. */
export function waitForTurn(
  group: QuorumGroup,
  link: NodeLink,
  node: string,
  signal?: AbortSignal,
): Promise<Answer> {
  return poll(async () => mayInterrupt(await group.observe(link), node), {
    patienceSeconds: group.patienceSeconds,
    signal,
  })
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

/** The next member in turn: one that serves nothing anyway, then any that is not the leader; the leader when only it is left. */
export function nextInTurn(waiting: readonly string[], states: readonly GroupState[]): string | undefined {
  const leaders = new Set(
    states.flatMap((state) => state.members.filter((member) => member.leader).map((member) => member.node)),
  )
  const sick = new Set(
    states
      .filter(({ members }) => members.some(({ leader }) => leader))
      .flatMap(({ members }) => members.filter(({ healthy }) => !healthy).map(({ node }) => node)),
  )
  return waiting.find((node) => sick.has(node)) ?? waiting.find((node) => !leaders.has(node)) ?? waiting[0]
}
