/** Looks at all nodes within the window of the run. */
import { limit } from '../support/limit.ts'
import { finishedNode, isFinishedByLook, tellFinished } from './node-finished.ts'
import { missingOn } from './offers.ts'
import type { UnderWay } from './under-way.ts'
import type { Observation } from './work.ts'

/** One session a node; a node that does not answer holds back nobody. */
export async function observeNodes(run: UnderWay): Promise<Observation[]> {
  return lookAtNodes(
    run,
    run.nodes.map(({ name }) => name),
    async (name) => {
      const seen = await observeNode(run, name)
      if (isFinishedByLook(run, seen)) tellFinished(run, name, finishedNode(seen))
      return seen
    },
  )
}

/** Looks once more at nodes for which an offer has come; what was seen of them stands for the run from here on. */
export function observeAgain(run: UnderWay, names: readonly string[]): Promise<Observation[]> {
  return lookAtNodes(run, names, (name) => observeNode(run, name))
}

function lookAtNodes(
  run: UnderWay,
  names: readonly string[],
  look: (name: string) => Promise<Observation>,
): Promise<Observation[]> {
  const within = limit(run.concurrency)
  const looks = names.map((name) => {
    const seen = within(() => look(name))
    run.looks.set(name, seen)
    return seen
  })
  return Promise.all(looks)
}

async function observeNode(run: UnderWay, name: string): Promise<Observation> {
  const waitsFor = missingOn(run, name)
  const seen = await run.timed(name, () => run.delivery.observe(name))
  if (!seen.reached) run.unreached.add(name)
  if (!seen.reached || waitsFor.length === 0) return seen
  const { waiting = [] } = seen
  run.emit({ type: 'node-waits', node: name, offers: waitsFor, addresses: waiting })
  return { ...seen, waiting, waitsFor }
}
