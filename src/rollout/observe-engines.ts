/** Looks at all engines at once: what they hold, and how they stand. */
import { rolloutCodes } from '../diagnostics/catalogue/rollout.ts'
import type { ClusterStore, StoreLook } from '../engines/contract.ts'
import { EMPTY_SUMMARY } from '../events/event.ts'
import { poll } from '../support/poll.ts'
import { reasonOf } from '../support/reason.ts'
import { lookAt } from './engine-look.ts'
import type { EngineRun } from './engine-run.ts'
import { offerDifference, unmadeBy } from './offers.ts'
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
    unseen: held.unseen,
    offers: store === undefined ? [] : run.offers.madeBy(name),
    outcomes: new Map(),
    look,
    summary: EMPTY_SUMMARY,
    ...failureOf(name, held),
  }
}

function failureOf(engine: string, { failure, unseen }: Held): Pick<EngineRun, 'failure'> {
  if (failure !== undefined) return { failure: rolloutCodes.ENGINE_UNREACHABLE({ engine, reason: failure }) }
  if (unseen.length === 0) return {}
  return {
    failure: rolloutCodes.CLUSTER_RESOURCES_UNSEEN({ engine, unseen: unseen.map(({ address }) => address) }),
  }
}

/** What an engine holds, as far as it was seen. */
interface Held extends StoreLook {
  /** Why nobody could be asked, when nobody could: then nothing is known. */
  readonly failure?: string
}

/** One that was just started has no leader for some seconds: an apply waits, so that what was cut off is finished by the next one. */
const BEGINNING_SECONDS = 30

async function observeStore(run: UnderWay, store: ClusterStore | undefined): Promise<Held> {
  if (store === undefined) return { differences: [], unseen: [] }
  let held = await lookOnce(run, store)
  const mayCome = (): boolean => store.members.some((member) => !run.unreached.has(member))
  if (run.mode === 'plan' || held.failure === undefined || !mayCome()) return held
  await poll(
    async () => {
      held = await lookOnce(run, store)
      return { passed: held.failure === undefined, detail: held.failure ?? '' }
    },
    { patienceSeconds: run.engineSeconds ?? BEGINNING_SECONDS, signal: run.signal },
  )
  return held
}

async function lookOnce(run: UnderWay, store: ClusterStore): Promise<Held> {
  const problems: string[] = []
  for (const [index, member] of store.members.entries()) {
    // The first is asked on the connection that looks at it; another one that does not let us in need not be tried again.
    if (index > 0 && !(await run.mayAnswer(member))) continue
    try {
      return told(run, store, await store.check(run.delivery.link, member))
    } catch (error) {
      problems.push(`${member}: ${reasonOf(error)}`)
    }
  }
  if (await isUnmade(run, store)) return told(run, store, { differences: await store.whole(), unseen: [] })
  const failure = problems.length > 0 ? problems.join('; ') : 'none of its members can be reached'
  return { differences: [], unseen: [], failure }
}

/** What runs the engine is still to be created on every member of this run, or waits: then nobody is silent, there is nobody. */
async function isUnmade(run: UnderWay, { members, runsAs }: ClusterStore): Promise<boolean> {
  const seen = await Promise.all(members.flatMap((member) => run.looks.get(member) ?? []))
  return (
    seen.length > 0 &&
    seen.every(
      (node) =>
        node.reached &&
        (node.waiting?.includes(runsAs) === true ||
          node.pending.some(({ address, action }) => address === runsAs && action === 'create')),
    )
  )
}

function told(run: UnderWay, store: ClusterStore, seen: StoreLook): StoreLook {
  const offers = unmadeBy(run, store.name).map(offerDifference)
  const look = { ...seen, differences: [...offers, ...seen.differences] }
  const place = (address: string) => ({ node: 'cluster', address: `cluster/${address}` })
  for (const difference of look.differences) {
    run.emit({ type: 'resource-differs', ...difference, ...place(difference.address) })
  }
  for (const { address, problem } of look.unseen) {
    run.emit({ type: 'resource-unseen', ...place(address), message: problem })
  }
  return look
}
