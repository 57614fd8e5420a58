/** Looks at all engines at once: what they hold, and how they stand. */
import { rolloutCodes } from '../diagnostics/catalogue/rollout.ts'
import type { ClusterDifference, ClusterStore } from '../engines/contract.ts'
import { EMPTY_SUMMARY } from '../events/event.ts'
import { reasonOf } from '../support/reason.ts'
import { lookAt } from './engine-look.ts'
import type { EngineRun } from './engines.ts'
import type { UnderWay } from './under-way.ts'

/** Asks each engine through the first of its members that answers. */
export async function observeEngines(run: UnderWay): Promise<EngineRun[]> {
  const names = new Set([...run.stores, ...run.probes].map(({ name }) => name))
  return Promise.all([...names].map((name) => observeEngine(run, name)))
}

async function observeEngine(run: UnderWay, name: string): Promise<EngineRun> {
  const store = run.stores.find((one) => one.name === name)
  const probe = run.probes.find((one) => one.name === name)
  const [held, look] = await Promise.all([observeStore(run, store), lookAt(run, probe)])
  return {
    name,
    ...(store && { store }),
    ...(probe && { probe }),
    differences: held.differences,
    look,
    summary: EMPTY_SUMMARY,
    ...(held.failure !== undefined && {
      failure: rolloutCodes.ENGINE_UNREACHABLE({ engine: name, reason: held.failure }),
    }),
  }
}

async function observeStore(
  run: UnderWay,
  store: ClusterStore | undefined,
): Promise<{ readonly differences: readonly ClusterDifference[]; readonly failure?: string }> {
  if (store === undefined) return { differences: [] }
  let failure = 'none of its members can be reached'
  for (const member of store.members) {
    if (run.unreached.has(member)) continue
    try {
      const differences = await store.check(run.delivery.link, member)
      for (const difference of differences) {
        const address = `cluster/${difference.address}`
        run.emit({ type: 'resource-differs', node: 'cluster', ...difference, address })
      }
      return { differences }
    } catch (error) {
      failure = `${member}: ${reasonOf(error)}`
    }
  }
  return { differences: [], failure }
}
