/** After the nodes: what belongs to the cluster is converged through one member, and every changed node passes its gates. */
import type { EventBody, Summary } from '../events/event.ts'
import { EMPTY_SUMMARY, addSummaries } from '../events/event.ts'
import { poll, type Answer } from '../support/poll.ts'
import { reasonOf } from '../support/reason.ts'
import type { NodeResults } from './converge.ts'
import type { StoreObservation } from './observe.ts'
import type { Rollout } from './work.ts'

/** How long an engine may take to answer after its nodes were changed, in seconds. */
const ENGINE_PATIENCE_SECONDS = 120

/** Converges the stores that differ. Gives the summary of their resources and the failures by store. */
export async function convergeStores(
  rollout: Rollout,
  observations: readonly StoreObservation[],
  results: NodeResults,
): Promise<{ readonly summary: Summary; readonly failures: readonly string[] }> {
  let summary = EMPTY_SUMMARY
  const failures: string[] = []
  for (const { store, differences, unseen, failure } of observations) {
    const same = store.size - differences.filter(({ action }) => action !== 'remove').length - unseen.length
    if (failure === undefined) {
      summary = addSummaries(summary, { ...EMPTY_SUMMARY, unchanged: Math.max(0, same) })
    }
    if (differences.length === 0 && unseen.length === 0 && failure === undefined) continue
    // Nobody waits for members whose own change failed.
    const members = store.members.filter((member) => !results.get(member)?.failure)
    const done = await convergeStore(rollout, store, members)
    summary = addSummaries(summary, done.summary)
    if (done.failure !== undefined) failures.push(`${store.name}: ${done.failure}`)
  }
  return { summary, failures }
}

interface StoreResult {
  readonly summary: Summary
  readonly failure?: string
}

/** Asks one member after the other until one of them carries the store through to its end. */
async function convergeStore(
  rollout: Rollout,
  store: StoreObservation['store'],
  members: readonly string[],
): Promise<StoreResult> {
  // What one attempt did stays done when the next one has to go on from there.
  const outcomes = new Map<string, 'changed' | 'failed'>()
  const summary = (): Summary =>
    [...outcomes.values()].reduce((sum, outcome) => counted(sum, outcome), EMPTY_SUMMARY)
  const attempt = async (): Promise<Answer> => {
    let detail = members.length === 0 ? 'none of its members came through' : 'nobody answers'
    for (const member of members) {
      try {
        await store.converge(rollout.delivery.link, member, ({ address, action, failure }) => {
          outcomes.set(address, failure === undefined ? 'changed' : 'failed')
          rollout.emit(storeEvent(address, action, failure))
        })
        return { passed: true, detail: 'done' }
      } catch (error) {
        detail = `${member}: ${reasonOf(error)}`
      }
    }
    return { passed: false, detail }
  }
  const patienceSeconds = members.length === 0 ? 0 : ENGINE_PATIENCE_SECONDS
  const done = await poll(attempt, { patienceSeconds, signal: rollout.signal })
  if (done.passed) return { summary: summary() }
  rollout.emit(storeEvent(`${store.name}:api`, 'update', done.detail))
  return { summary: counted(summary(), 'failed'), failure: done.detail }
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

/** Waits for the gates of the nodes that were changed, all at once; a gate that stays shut fails its node. */
export async function passGates(rollout: Rollout, results: NodeResults): Promise<void> {
  const due = rollout.gates.filter(({ node }) => {
    const result = results.get(node)
    return result !== undefined && !result.failure
  })
  await Promise.all(
    due.map(async (gate) => {
      rollout.emit({ type: 'phase-started', node: gate.node, phase: 'gate', detail: gate.name })
      const answer = await poll(() => gate.ask(rollout.delivery.link), {
        patienceSeconds: gate.patienceSeconds,
        signal: rollout.signal,
      })
      if (answer.passed) {
        rollout.emit({ type: 'gate-passed', node: gate.node, gate: gate.name, detail: answer.detail })
        return
      }
      const result = results.get(gate.node)
      if (!result) return
      const message = `${gate.name} is not well after ${gate.patienceSeconds} s: ${answer.detail}`
      results.set(gate.node, {
        ...result,
        failure: { message, fix: `look at it with bramble ssh ${gate.node}` },
      })
    }),
  )
}
