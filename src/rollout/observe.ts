/** Looks at all nodes within the window of the run. */
import { limit } from '../support/limit.ts'
import { finishedNode, isFinishedByLook, tellFinished } from './node-finished.ts'
import type { UnderWay } from './under-way.ts'
import type { Observation } from './work.ts'

/** One session a node; a node that does not answer holds back nobody. */
export async function observeNodes(run: UnderWay): Promise<Observation[]> {
  const within = limit(run.concurrency)
  return Promise.all(
    run.nodes.map(({ name }) =>
      within(async () => {
        const seen = await run.timed(name, () => run.delivery.observe(name))
        if (!seen.reached) run.unreached.add(name)
        if (isFinishedByLook(run, seen)) tellFinished(run, name, finishedNode(seen))
        return seen
      }),
    ),
  )
}
