/** Asks a consensus group how it stands: those that are to be members, and those that are by their word. */
import type { MemberAnswer, NodeLink, RaftGroup } from '../engines/contract.ts'
import { groupState, votersOf, type GroupState } from '../engines/raft-group.ts'

/**
 * `also` are nodes that may be members although none is wanted there: asked where nobody else knows of a group, and where somebody votes of
 * whom nobody knows on which node. Never rejects.
 */
export async function askGroup(
  group: RaftGroup,
  link: NodeLink,
  also: readonly string[] = [],
): Promise<GroupState> {
  const answers = new Map<string, MemberAnswer>()
  const ask = async (nodes: readonly string[]): Promise<GroupState> => {
    const next = [...new Set(nodes)].filter((node) => !answers.has(node))
    for (const answer of await Promise.all(next.map((node) => group.ask(link, node)))) {
      answers.set(answer.node, answer)
    }
    // Who votes is only known once somebody has said so.
    const named = [...answers.values()].flatMap(({ peers }) => peers.flatMap(({ node }) => node ?? []))
    if (named.some((node) => !answers.has(node))) return ask(named)
    return groupState(group.wanted, [...answers.values()], group.decides)
  }
  const state = await ask(group.wanted)
  const isClear = state.formed && votersOf(state).every(({ node }) => node !== undefined)
  return isClear ? state : ask(also)
}
