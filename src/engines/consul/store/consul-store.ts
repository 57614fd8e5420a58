/** What Consul itself is to hold: tokens, policies, entries and settings, converged through one member. */
import type { ClusterDifference, ClusterOutcome, ClusterStore, NodeLink } from '../../contract.ts'
import { ConsulApi, withApi } from '../api.ts'
import { managementAccess, standing } from '../management.ts'
import { BOOTSTRAP_ADDRESS, ensureManagement, type ManagementParts } from './ensure-management.ts'
import { NOTHING_OWNED, readOwned, writeOwned, type Owned, type OwnedThing } from './owned.ts'
import { inBatches, Refused, type Shelf, type Step } from './step.ts'

/** What the store is made of. */
export interface StoreParts extends ManagementParts {
  /** Names of the servers, best first. */
  readonly servers: readonly string[]
  readonly shelves: readonly Shelf[]
  /** Addresses of what is ours without a step of its own. */
  readonly owns: readonly string[]
  /** Number of wanted things. */
  readonly size: number
  /** Told the addresses of what was done, so that agents can be told at once what they would find out within minutes. */
  readonly afterwards?: (link: NodeLink, addresses: readonly string[]) => Promise<void>
}

/** Writes at a time; each waits for the disks of a majority. */
const BATCH = 8

/** The store of a datacenter. */
export function consulStore(parts: StoreParts): ClusterStore {
  return {
    name: 'consul',
    members: parts.servers,
    size: parts.size,
    check: (link, node) => check(parts, link, node),
    converge: (link, node, done) => converge(parts, link, node, done),
  }
}

/** Asks the first member that has a leader. Everything is to be made when no member knows our token. */
async function check(parts: StoreParts, link: NodeLink, node: string): Promise<readonly ClusterDifference[]> {
  let distrust: string | undefined
  for (const member of [node, ...parts.servers.filter((name) => name !== node)]) {
    const api = new ConsulApi(link, member, managementAccess(parts.access))
    try {
      const state = await standing(api)
      const { kind } = state
      if (kind === 'no-answer' && state.distrusted) distrust ??= `${member}: ${state.problem}`
      if (kind === 'known') {
        const steps = await neededSteps(parts, api, await readOwned(api))
        return steps.map(({ difference }) => difference)
      }
      // What one member says for the leader, all would say.
      if (kind === 'unknown') break
    } finally {
      await api.close()
    }
  }
  // Who shows something else than wanted may be there all the same, so it is not as if there were nobody.
  if (distrust !== undefined) throw new Error(distrust)
  return everything(parts)
}

async function everything(parts: StoreParts): Promise<readonly ClusterDifference[]> {
  const steps = await neededSteps(parts, undefined, NOTHING_OWNED)
  return [
    { address: BOOTSTRAP_ADDRESS, action: 'create', reason: 'Consul does not know us yet', differences: [] },
    ...steps.map(({ difference }) => difference),
  ]
}

async function neededSteps(
  { shelves }: StoreParts,
  api: ConsulApi | undefined,
  owned: Owned,
): Promise<readonly Step[]> {
  const steps = await Promise.all(shelves.map((shelf) => shelf.steps(api, owned)))
  return steps.flat().toSorted((a, b) => a.stage - b.stage)
}

async function converge(
  parts: StoreParts,
  link: NodeLink,
  node: string,
  done: (outcome: ClusterOutcome) => void,
): Promise<void> {
  const bootstrapped = await ensureManagement(parts, link, node)
  if (bootstrapped) done(bootstrapped)
  if (bootstrapped?.failure !== undefined) return
  await withApi(link, node, managementAccess(parts.access), async (api) => {
    const owned = await readOwned(api)
    const steps = await neededSteps(parts, api, owned)
    if (steps.length === 0) return
    const claimed = await claim(api, owned, steps, parts.owns)
    const things: Record<string, OwnedThing> = { ...claimed.things }
    const changed: string[] = []
    for (const stage of byStage(steps)) {
      await inBatches(stage, BATCH, async (step) => {
        const outcome = await carryOut(api, step, things)
        if (outcome.failure === undefined) changed.push(outcome.address)
        done(outcome)
      })
    }
    await writeOwned(api, claimed, things)
    await parts.afterwards?.(link, changed)
  })
}

/** Writes down what will be made and what was there, before anything is: a run that is cut off leaves nothing without an owner. */
async function claim(
  api: ConsulApi,
  owned: Owned,
  steps: readonly Step[],
  owns: readonly string[],
): Promise<Owned> {
  const made = steps.filter(({ before }) => before !== undefined)
  const claims: Record<string, OwnedThing> = {
    ...Object.fromEntries(owns.map((address) => [address, { before: null }])),
    ...Object.fromEntries(
      made.map(({ before, difference }) => [difference.address, { before: before ?? null }]),
    ),
  }
  const things = { ...claims, ...owned.things }
  if (Object.keys(things).length === Object.keys(owned.things).length) return owned
  return writeOwned(api, owned, things)
}

function byStage(steps: readonly Step[]): readonly (readonly Step[])[] {
  const stages = new Map<number, Step[]>()
  for (const step of steps) stages.set(step.stage, [...(stages.get(step.stage) ?? []), step])
  return [...stages.values()]
}

async function carryOut(
  api: ConsulApi,
  step: Step,
  things: Record<string, OwnedThing>,
): Promise<ClusterOutcome> {
  const { address, action } = step.difference
  try {
    const remembered = await step.run(api)
    if (remembered === undefined) delete things[address]
    else things[address] = { ...remembered, before: things[address]?.before ?? null }
    return { address, action }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { address, action, failure: error.message }
  }
}
