/** What belongs to the cluster: looked at with the nodes, and converged after them through one member. */
import type { EngineRun } from './engine-run.ts'
import { rolloutCodes } from '../diagnostics/catalogue/rollout.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { ClusterOutcome, ClusterStore, Patience } from '../engines/contract.ts'
import { EMPTY_SUMMARY, addSummaries, type EventBody, type Summary } from '../events/event.ts'
import { poll, type Answer } from '../support/poll.ts'
import { reasonOf } from '../support/reason.ts'
import type { NodeResults } from './converge-node.ts'
import { handoverOf, offerAddress, unmadeBy, type RunHandover } from './offers.ts'
import { inStoreOrder } from './store-order.ts'
import type { UnderWay } from './under-way.ts'
import { isThrough } from './work.ts'

/** How long an engine may take to answer after its nodes were changed, in seconds. */
const ENGINE_PATIENCE_SECONDS = 120

/** Resources that were as wanted at the look. */
export function unchangedOf({ store, differences, unseen, failure, offers }: EngineRun): number {
  // Of what was not seen nothing is known.
  if (store === undefined || failure?.code === 'ENGINE_UNREACHABLE') return 0
  // How many there are of a kind that does not show at all is not known either.
  if (unseen.some(({ address }) => address.endsWith(':*'))) return 0
  const kept = differences.filter(({ action }) => action !== 'remove').length
  return Math.max(0, store.size + offers.length - kept - unseen.length)
}

/**
 * Does in each engine what must not wait for the nodes. Whoever does not answer is asked again after them. Gives back the nodes that must stay as
 * they are, with the reason.
 */
export async function prepareEngines(
  run: UnderWay,
  engines: readonly EngineRun[],
): Promise<ReadonlyMap<string, string>> {
  const kept = new Map<string, string>()
  for (const engine of engines) {
    const { store, differences, failure } = engine
    // What alone could not be looked at keeps nobody from what must come first: a server that is sealed shows nothing before it is opened.
    const isSilent = failure?.code === 'ENGINE_UNREACHABLE'
    if (store?.prepare === undefined || differences.length === 0 || isSilent) continue
    const outcomes = new Map<string, 'changed' | 'failed'>()
    engine.outcomes = outcomes
    for (const member of store.members.filter((name) => !run.unreached.has(name))) {
      try {
        const held = await store.prepare(run.delivery.link, member, (outcome) => {
          outcomes.set(outcome.address, outcome.failure === undefined ? 'changed' : 'failed')
          run.emit(storeEvent(outcome.address, outcome.action, outcome.failure))
        })
        for (const [node, reason] of held ?? []) kept.set(node, reason)
        break
      } catch {
        // The next one may answer.
      }
    }
    engine.summary = [...outcomes.values()].reduce(counted, EMPTY_SUMMARY)
  }
  return kept
}

/** Has the store of this name make members of those that are to be, through the first member that can. */
export async function growEngine(run: UnderWay, engines: readonly EngineRun[], name: string): Promise<void> {
  const engine = engines.find((one) => one.name === name)
  const { store } = engine ?? {}
  if (engine === undefined || store?.grow === undefined || engine.differences.length === 0) return
  const outcomes = new Map(engine.outcomes)
  engine.outcomes = outcomes
  for (const member of store.members.filter((one) => !run.unreached.has(one))) {
    try {
      await store.grow(run.delivery.link, member, ({ address, action, failure }) => {
        outcomes.set(address, failure === undefined ? 'changed' : 'failed')
        run.emit(storeEvent(address, action, failure))
      })
      return
    } catch {
      // The next one may answer; when none does, nobody leaves.
    }
  }
}

/** Converges what differs in each engine, one after the other. */
export async function convergeEngines(
  run: UnderWay,
  engines: readonly EngineRun[],
  results: NodeResults,
): Promise<void> {
  for (const engine of inStoreOrder(engines)) {
    if (engine.store === undefined) continue
    if (engine.differences.length === 0 && engine.failure === undefined) continue
    if (run.isStopped()) engine.ending = 'skipped'
    else if (!(await isYetToCome(run, engine.store))) await convergeEngine(run, engine, engine.store, results)
  }
}

/** What runs the engine waits for an offer on every member of this run: there is nobody to ask before the next round. */
export async function isYetToCome(run: UnderWay, { members, runsAs }: ClusterStore): Promise<boolean> {
  const seen = await Promise.all(members.flatMap((member) => run.looks.get(member) ?? []))
  return seen.length > 0 && seen.every((node) => node.reached && node.waiting?.includes(runsAs) === true)
}

/** Asks one member after the other, again and again, until one of them carries the store through to its end. */
async function convergeEngine(
  run: UnderWay,
  engine: EngineRun,
  store: ClusterStore,
  results: NodeResults,
): Promise<void> {
  const members = store.members.filter((member) => !run.unreached.has(member))
  const cameThrough = (member: string): boolean => !results.has(member) || isThrough(results.get(member))
  const well = members.filter(cameThrough)
  // One whose own change failed may serve all the same.
  const asked = [...well, ...members.filter((member) => !cameThrough(member))]
  // Only an engine that this run has just started, or that answered before, will answer soon.
  const mayCome =
    well.length > 0 && (well.some((member) => results.has(member)) || engine.failure === undefined)
  // What one attempt did stays done when the next one goes on from there.
  const outcomes = new Map(engine.outcomes)
  engine.outcomes = outcomes
  const handover = handoverOf(run, store.name, (name) => {
    outcomes.set(offerAddress(name), 'changed')
    run.emit(storeEvent(offerAddress(name), 'create'))
  })
  const done = await poll(() => convergeOnce(run, store, asked, { outcomes, handover }), {
    patienceSeconds: mayCome ? ENGINE_PATIENCE_SECONDS : 0,
    ...patienceOf(run, store),
  })
  engine.summary = [...outcomes.values()].reduce(counted, EMPTY_SUMMARY)
  const refused = [...outcomes].flatMap(([address, outcome]) => (outcome === 'failed' ? [address] : []))
  const missing = unmadeBy(run, store.name)
  delete engine.failure
  if (!done.passed && run.isStopped()) engine.ending = 'skipped'
  else if (!done.passed) engine.failure = notAsked(store, done.detail, results)
  else if (refused.length > 0) {
    engine.failure = rolloutCodes.CLUSTER_RESOURCES_FAILED({ engine: store.name, failed: refused })
  } else if (missing.length > 0) {
    const details = { engine: store.name, offers: missing, reason: handover.problem }
    engine.failure = rolloutCodes.OFFER_NOT_MADE(details)
  }
}

/** Goes through the members until one carries the store through; `outcomes` gets what became of each address. */
async function convergeOnce(
  run: UnderWay,
  store: ClusterStore,
  members: readonly string[],
  { outcomes, handover }: { outcomes: Map<string, 'changed' | 'failed'>; handover: RunHandover },
): Promise<Answer> {
  let detail = 'none of its members can be reached'
  for (const member of members) {
    try {
      const done = ({ address, action, failure }: ClusterOutcome): void => {
        outcomes.set(address, failure === undefined ? 'changed' : 'failed')
        run.emit(storeEvent(address, action, failure))
      }
      await store.converge(run.delivery.link, member, done, handover, patienceOf(run, store))
      return { passed: true, detail: 'done' }
    } catch (error) {
      // An engine that makes a value once is not asked for it again while nobody can keep it.
      if (handover.problem !== undefined) return { passed: true, detail: handover.problem }
      detail = `${member}: ${reasonOf(error)}`
    }
  }
  return { passed: false, detail }
}

/** What a store waits for is told, and ends with the run. */
function patienceOf(run: UnderWay, { name }: ClusterStore): Patience {
  return {
    signal: run.signal,
    waits: (detail) =>
      run.emit({ type: 'phase-started', node: 'cluster', phase: 'wait', detail: `${name}: ${detail}` }),
  }
}

/** The members' own failures are the cause when there are any. */
function notAsked(store: ClusterStore, reason: string, results: NodeResults): Diagnostic {
  const broken = store.members.filter((member) => results.has(member) && !isThrough(results.get(member)))
  return broken.length > 0 && broken.length === store.members.filter((member) => results.has(member)).length
    ? rolloutCodes.ENGINE_MEMBERS_FAILED({ engine: store.name, members: broken, reason })
    : rolloutCodes.ENGINE_UNREACHABLE({ engine: store.name, reason })
}

function counted(summary: Summary, outcome: 'changed' | 'failed'): Summary {
  return addSummaries(summary, { ...EMPTY_SUMMARY, [outcome]: 1 })
}

function storeEvent(address: string, action: 'create' | 'update' | 'remove', failure?: string): EventBody {
  const place = { node: 'cluster', address: `cluster/${address}` }
  return failure === undefined
    ? { type: 'resource-changed', ...place, action }
    : { type: 'resource-failed', ...place, message: failure, output: [] }
}
