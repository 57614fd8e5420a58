/** Looks at all nodes and all engines at once, within the window of the run. */
import type { ClusterDifference, ClusterStore } from '../engines/contract.ts'
import { limit } from '../support/limit.ts'
import { reasonOf } from '../support/reason.ts'
import { finishedNode, isFinishedByLook, tellFinished } from './node-finished.ts'
import type { Observation, Rollout } from './work.ts'

/** What a look at an engine brought. */
export interface StoreObservation {
  readonly store: ClusterStore
  readonly differences: readonly ClusterDifference[]
  /** Why nobody could be asked, when nobody could. */
  readonly failure?: string
}

/** One session a node; a node that does not answer holds back nobody. */
export async function observeNodes(rollout: Rollout): Promise<Observation[]> {
  const within = limit(rollout.concurrency)
  return Promise.all(
    rollout.nodes.map(({ name }) =>
      within(async () => {
        const seen = await rollout.delivery.observe(name)
        if (isFinishedByLook(rollout, seen)) tellFinished(rollout, name, finishedNode(seen))
        return seen
      }),
    ),
  )
}

/** Asks each engine through the first of its members that answers. */
export async function observeStores(rollout: Rollout): Promise<StoreObservation[]> {
  return Promise.all(rollout.stores.map((store) => observeStore(rollout, store)))
}

async function observeStore(rollout: Rollout, store: ClusterStore): Promise<StoreObservation> {
  let failure = 'it has no members'
  for (const member of store.members) {
    try {
      const differences = await store.check(rollout.delivery.link, member)
      for (const difference of differences) {
        rollout.emit({
          type: 'resource-differs',
          node: 'cluster',
          ...difference,
          address: `cluster/${difference.address}`,
        })
      }
      return { store, differences }
    } catch (error) {
      failure = `${member}: ${reasonOf(error)}`
    }
  }
  return { store, differences: [], failure }
}
