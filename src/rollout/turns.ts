/** Decides which nodes may change at once, which one goes first, and which go one at a time. */
import type { QuorumGroup } from '../engines/contract.ts'
import type { PendingChange } from './work.ts'

/** A node with what is to change on it. */
export interface PendingNode {
  readonly name: string
  readonly roles: readonly string[]
  readonly pending: readonly PendingChange[]
  readonly isManaged: boolean
}

/**
 * Groups that a change of these resources takes a serving member out of. What is only created serves nothing yet; what is
 * removed is no longer wanted as a member and serves all the same.
 */
export function interruptedGroups(node: PendingNode, groups: readonly QuorumGroup[]): QuorumGroup[] {
  return groups.filter((group) =>
    node.pending.some(
      ({ address, action }) =>
        group.interruptedBy(address) &&
        (action === 'remove' || (action === 'update' && group.members.includes(node.name))),
    ),
  )
}

/** Nodes that change together, the first of them alone when it is a canary. */
export interface Wave {
  readonly canary: string | undefined
  readonly rest: readonly string[]
}

/**
 * Nodes with the same roles that already run something form a wave whose first node goes ahead as a canary. Nodes that
 * no run has changed before have nothing to break and go at once.
 */
export function waves(nodes: readonly PendingNode[]): Wave[] {
  const running = new Map<string, string[]>()
  const fresh: string[] = []
  for (const node of nodes) {
    if (
      node.isManaged &&
      node.pending.some(({ address, action }) => action === 'update' && address.startsWith('service:'))
    ) {
      const key = [...node.roles].sort().join(' ')
      running.set(key, [...(running.get(key) ?? []), node.name])
    } else fresh.push(node.name)
  }
  const guarded = [...running.values()].map(([first, ...rest]): Wave =>
    rest.length === 0 ? { canary: undefined, rest: first ? [first] : [] } : { canary: first, rest },
  )
  return fresh.length > 0 ? [{ canary: undefined, rest: fresh }, ...guarded] : guarded
}
