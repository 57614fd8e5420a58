/** Looks at all nodes and all engines at once, within the window of the run. */
import type { ClusterStore, StoreLook } from '../engines/contract.ts'
import { limit } from '../support/limit.ts'
import { reasonOf } from '../support/reason.ts'
import { finishedNode, isFinishedByLook, tellFinished } from './node-finished.ts'
import type { Observation, Rollout } from './work.ts'

/** What a look at an engine brought. */
export interface StoreObservation extends StoreLook {
  readonly store: ClusterStore
  /** Why nobody could be asked, when nobody could: then nothing is known of it. */
  readonly failure?: string
}

type Looks = ReadonlyMap<string, Promise<Observation>>

/** Looks at nodes and engines: one session a node; a node that does not answer holds back nobody. */
export async function observeAll(
  rollout: Rollout,
): Promise<{ readonly observations: readonly Observation[]; readonly stores: readonly StoreObservation[] }> {
  const within = limit(rollout.concurrency)
  const looks: Looks = new Map(
    rollout.nodes.map(({ name }) => [name, within(() => observeNode(rollout, name))]),
  )
  const stores = Promise.all(rollout.stores.map((store) => observeStore(rollout, store, looks)))
  return { observations: await Promise.all(looks.values()), stores: await stores }
}

async function observeNode(rollout: Rollout, name: string): Promise<Observation> {
  const seen = await rollout.delivery.observe(name)
  if (isFinishedByLook(rollout, seen)) tellFinished(rollout, name, finishedNode(seen))
  return seen
}

/** Asks the engine through the first of its members that answers. */
async function observeStore(rollout: Rollout, store: ClusterStore, looks: Looks): Promise<StoreObservation> {
  const problems: string[] = []
  for (const [index, member] of store.members.entries()) {
    // The first is asked on the connection that looks at it; of the others, those that cannot be reached need not be tried again.
    if (index > 0 && (await looks.get(member))?.reached === false) continue
    try {
      return told(rollout, { store, ...(await store.check(rollout.delivery.link, member)) })
    } catch (error) {
      problems.push(`${member}: ${reasonOf(error)}`)
    }
  }
  if (await isUnmade(store, looks)) {
    return told(rollout, { store, differences: await store.whole(), unseen: [] })
  }
  const failure = problems.length > 0 ? problems.join('; ') : 'it has no members'
  return told(rollout, { store, differences: [], unseen: [], failure })
}

/** What runs the engine is still to be created on every member of this run: then nobody is silent, there is nobody. */
async function isUnmade({ members, runsAs }: ClusterStore, looks: Looks): Promise<boolean> {
  const seen = await Promise.all(members.flatMap((member) => looks.get(member) ?? []))
  return (
    seen.length > 0 &&
    seen.every(
      (node) =>
        node.reached && node.pending.some(({ address, action }) => address === runsAs && action === 'create'),
    )
  )
}

function told(rollout: Rollout, observation: StoreObservation): StoreObservation {
  const { store, differences, unseen, failure } = observation
  const place = (address: string) => ({ node: 'cluster', address: `cluster/${address}` })
  for (const difference of differences) {
    rollout.emit({ type: 'resource-differs', ...difference, ...place(difference.address) })
  }
  for (const { address, problem } of unseen) {
    rollout.emit({ type: 'resource-unseen', ...place(address), message: problem })
  }
  if (failure !== undefined) {
    rollout.emit({ type: 'resource-unseen', ...place(`${store.name}:*`), message: failure })
  }
  return observation
}
