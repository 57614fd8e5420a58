/** What a node's change is to the consensus groups: a member joins, is away for a while, or leaves; and who may change at once. */
import type { RaftGroup } from '../engines/contract.ts'
import { voterOn, type GroupState } from '../engines/raft-group.ts'
import type { PendingChange } from './work.ts'

/** A node with what is to change on it. */
export interface PendingNode {
  readonly name: string
  readonly roles: readonly string[]
  readonly pending: readonly PendingChange[]
  readonly isManaged: boolean
}

/**
 * What a node does in a group: it is to vote and does not yet, it votes and comes back, or it votes and is to be no member any more. Votes
 * are counted as they are now.
 */
export type Part = 'joins' | 'stays' | 'leaves'

/** Would a change of this node take a member of the group out of service, if there is one on it? */
export function interrupts(node: PendingNode, group: RaftGroup): boolean {
  return node.pending.some(({ address }) => group.interruptedBy(address))
}

/** Does something of the group run there already? What is only to be created has no vote. */
export function mayRun(node: PendingNode, group: RaftGroup): boolean {
  return node.pending.some(({ address, action }) => group.interruptedBy(address) && action !== 'create')
}

/** Is what runs of the group there to be taken away? */
export function isRemoved(node: PendingNode, group: RaftGroup): boolean {
  return node.pending.some(({ address, action }) => group.interruptedBy(address) && action === 'remove')
}

/** Its part in a group that has formed; nothing where it has none, and before there is a group to disrupt. */
export function partIn(node: string, { joins }: RaftGroup, state: GroupState): Part | undefined {
  if (!state.formed || state.isUnbelieved === true) return undefined
  const isWanted = state.wanted.includes(node)
  // What is done after the nodes is not waited for by a node.
  if (voterOn(state, node) === undefined) return isWanted && joins === 'by-itself' ? 'joins' : undefined
  return isWanted ? 'stays' : 'leaves'
}

/** A node with its part in each of the groups that its change touches. */
export interface GuardedNode {
  readonly name: string
  readonly parts: ReadonlyMap<RaftGroup, Part>
}

/** Does it have to be taken through in turn? Who only joins disturbs nobody. */
export function needsTurn({ parts }: GuardedNode): boolean {
  return [...parts.values()].some((part) => part !== 'joins')
}

/** Groups that a member leaves, and whose new members are made by their store. */
export function groupsToGrow(inTurns: readonly GuardedNode[]): readonly RaftGroup[] {
  const left = inTurns.flatMap(({ parts }) => [...parts]).filter(([, part]) => part === 'leaves')
  return [...new Set(left.map(([group]) => group))].filter(({ joins }) => joins === 'with-the-store')
}

/** Does a change of this node take something out of service that runs? A node that no run has changed before has nothing to break. */
export function isAtWork({ isManaged, pending }: PendingNode): boolean {
  return (
    isManaged && pending.some(({ address, action }) => action === 'update' && address.startsWith('service:'))
  )
}
