/** Boards that are not to be taken through a step that others would notice: what they said at the look of this run. */
import { votersOf, type GroupState } from '../engines/raft-group.ts'
import type { UnderWay } from './under-way.ts'

/**
 * Why this node is not to be taken through it; undefined when it may. On a node that no run has changed yet there is nothing to miss, and what is
 * only taken away is not to come back.
 */
export async function unfitOn(run: UnderWay, node: string): Promise<string | undefined> {
  const seen = await run.looks.get(node)
  if (seen?.reached !== true || !seen.isManaged) return undefined
  const isTakenAway = seen.pending.length > 0 && seen.pending.every(({ action }) => action === 'remove')
  return isTakenAway ? undefined : seen.unfit
}

/**
 * The same for a member of groups: while one that is to go on voting beside it is unfit, that one may be the next to be missing. Who is to leave is
 * no reason, for itself or for others: a board that fails has to be taken out.
 */
export async function unfitAmong(
  run: UnderWay,
  node: string,
  states: readonly GroupState[],
): Promise<string | undefined> {
  const staying = states.flatMap((state) =>
    votersOf(state).flatMap((voter) => (state.wanted.includes(voter.node ?? '') ? [voter.node ?? ''] : [])),
  )
  for (const voter of new Set(staying)) {
    const why = await unfitOn(run, voter)
    if (why !== undefined) return voter === node ? why : `${voter}, which votes beside it, is not fit: ${why}`
  }
  return undefined
}
