/** Asks a consensus group how it stands: those that are to be members, those that are, and those whose change this run is about. */
import type { MemberAnswer, NodeLink, RaftGroup } from '../engines/contract.ts'
import { groupState, type GroupState } from '../engines/raft-group.ts'

/** `also` are nodes that may be members although the cluster file does not want them as such. Never rejects. */
export async function askGroup(
  group: RaftGroup,
  link: NodeLink,
  also: Iterable<string> = [],
): Promise<GroupState> {
  const answers: MemberAnswer[] = []
  let next = [...new Set([...group.wanted, ...also])]
  while (next.length > 0) {
    answers.push(...(await Promise.all(next.map((node) => group.ask(link, node)))))
    // Who votes is only known once somebody has said so.
    const named = answers.flatMap(({ peers }) => peers.flatMap(({ node }) => node ?? []))
    next = [...new Set(named)].filter((node) => !answers.some((answer) => answer.node === node))
  }
  return groupState(group.wanted, answers)
}
