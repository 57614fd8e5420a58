/** A node that gets another name and stays the same board: what the lock has given out to it stays its own. */
import type { ClusterLock } from './cluster-lock.ts'

/** The lock in which the board has its new name: facts, choices, allocations and what stands on it move along. */
export function withRenamedNode(lock: ClusterLock, node: string, to: string): ClusterLock {
  const named = <Value>(record: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(
      Object.entries(record)
        // Who had the name before has left.
        .filter(([name]) => name !== to || !(node in record))
        .map(([name, value]) => [name === node ? to : name, value]),
    )
  const renamed = (names: readonly string[]): string[] => [
    ...new Set(names.map((name) => (name === node ? to : name))),
  ]
  return {
    ...lock,
    nodes: named(lock.nodes),
    choices: Object.fromEntries(Object.entries(lock.choices).map(([key, names]) => [key, renamed(names)])),
    ...(lock.follows && {
      follows: Object.fromEntries(
        Object.entries(named(lock.follows)).map(([name, after]) => [name, renamed(after)]),
      ),
    }),
    allocations: Object.fromEntries(
      Object.entries(lock.allocations).map(([key, given]) => [key, named(given)]),
    ),
  }
}
