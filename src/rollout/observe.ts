/** Looks at all nodes within the window of the run. */
import { limit } from '../support/limit.ts'
import { finishedNode, isFinishedByLook, tellFinished } from './node-finished.ts'
import type { UnderWay } from './under-way.ts'
import type { Observation } from './work.ts'

/** One session a node; a node that does not answer holds back nobody. */
export function observeNodes(run: UnderWay): Promise<Observation[]> {
  const within = limit(run.concurrency)
  for (const { name } of run.nodes) {
    run.looks.set(
      name,
      within(() => observeNode(run, name)),
    )
  }
  return Promise.all(run.looks.values())
}

async function observeNode(run: UnderWay, name: string): Promise<Observation> {
  const seen = await run.timed(name, () => run.delivery.observe(name))
  if (!seen.reached) run.unreached.add(name)
  if (isFinishedByLook(run, seen)) tellFinished(run, name, finishedNode(seen))
  return seen
}
