/** What Consul itself is to hold: tokens, policies, entries and settings, converged through one member. */
import { reasonOf } from '../../../support/reason.ts'
import type { ClusterDifference, ClusterOutcome, ClusterStore, NodeLink, StoreLook } from '../../contract.ts'
import { withApi, type ConsulApi } from '../api.ts'
import { managementAccess, standing } from '../management.ts'
import { UNIT } from '../names.ts'
import {
  BOOTSTRAP_ADDRESS,
  ensureManagement,
  LEFTOVER_ADDRESS,
  MANAGEMENT_ADDRESS,
  previousAccess,
  type ManagementParts,
} from './ensure-management.ts'
import { NOTHING_OWNED, readOwned, writeOwned, type Owned, type OwnedThing } from './owned.ts'
import { inBatches, isStep, isUnseen, Refused, type Found, type Shelf, type Step } from './step.ts'

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
  const progress: Progress = { isBootstrapped: false }
  return {
    name: 'consul',
    members: parts.servers,
    size: parts.size,
    runsAs: `service:${UNIT}`,
    whole: () => whole(parts),
    check: (link, node) => check(parts, link, node),
    prepare: (link, node, done) => prepare(parts, link, node, done),
    converge: (link, node, done) => converge(parts, progress, link, node, done),
  }
}

async function check(parts: StoreParts, link: NodeLink, node: string): Promise<StoreLook> {
  const seen = await withApi(link, node, managementAccess(parts.access), async (api) => {
    const state = await standing(api)
    if (state.kind === 'no-answer') throw new Error(state.problem)
    return state.kind === 'known' ? look(parts, api) : undefined
  })
  // What one member says for the leader, all would say.
  return seen ?? (await afterRotation(parts, link, node)) ?? { differences: await whole(parts), unseen: [] }
}

/** What differs when Consul knows us by the token that was rotated. */
async function afterRotation(
  parts: StoreParts,
  link: NodeLink,
  node: string,
): Promise<StoreLook | undefined> {
  const before = previousAccess(parts.access)
  if (before === undefined) return undefined
  return withApi(link, node, before, async (api) => {
    if ((await standing(api)).kind !== 'known') return undefined
    const { differences, unseen } = await look(parts, api)
    const rotated = {
      address: MANAGEMENT_ADDRESS,
      action: 'update',
      reason: 'the secret was rotated',
      differences: [{ field: 'secret' }],
    } as const
    return { differences: [rotated, ...differences], unseen }
  })
}

async function look({ shelves }: StoreParts, api: ConsulApi): Promise<StoreLook> {
  const owned = await readOwned(api)
  const found = (await Promise.all(shelves.map((shelf) => shelfFound(shelf, api, owned)))).flat()
  const steps = inStages(found.filter(isStep))
  return { differences: steps.map(({ difference }) => difference), unseen: found.filter(isUnseen) }
}

/** A look goes on whatever happens to one shelf. */
async function shelfFound(shelf: Shelf, api: ConsulApi, owned: Owned): Promise<readonly Found[]> {
  try {
    return await shelf.steps(api, owned)
  } catch (error) {
    return [{ address: `${shelf.kind}:*`, problem: reasonOf(error) }]
  }
}

async function whole({ shelves }: StoreParts): Promise<readonly ClusterDifference[]> {
  const found = await Promise.all(shelves.map((shelf) => shelf.steps(undefined, NOTHING_OWNED)))
  return [
    { address: BOOTSTRAP_ADDRESS, action: 'create', reason: 'Consul does not know us yet', differences: [] },
    ...inStages(found.flat().filter(isStep)).map(({ difference }) => difference),
  ]
}

function inStages(steps: readonly Step[]): readonly Step[] {
  return steps.toSorted((a, b) => a.stage - b.stage)
}

/** What is remembered from one attempt to converge to the next. */
interface Progress {
  isBootstrapped: boolean
}

/** What fails now is told when it is tried again with the rest. */
async function prepare(
  parts: StoreParts,
  link: NodeLink,
  node: string,
  done: (outcome: ClusterOutcome) => void,
): Promise<void> {
  await withApi(link, node, managementAccess(parts.access), async (api) => {
    if ((await standing(api)).kind !== 'known') return
    const owned = await readOwned(api)
    const found = (await Promise.all(parts.shelves.map((shelf) => shelf.steps(api, owned)))).flat()
    for (const step of found.filter(isStep).filter(({ early }) => early === true)) {
      const outcome = await carryOut(api, step, {})
      if (outcome.failure === undefined) done(outcome)
    }
  })
}

async function converge(
  parts: StoreParts,
  progress: Progress,
  link: NodeLink,
  node: string,
  done: (outcome: ClusterOutcome) => void,
): Promise<void> {
  const bootstrapped = await ensureManagement(parts, link, node)
  if (bootstrapped) done(bootstrapped)
  if (bootstrapped?.failure !== undefined) return
  progress.isBootstrapped ||= bootstrapped !== undefined
  await withApi(link, node, managementAccess(parts.access), async (api) => {
    const owned = await readOwned(api)
    const found = (await Promise.all(parts.shelves.map((shelf) => shelf.steps(api, owned)))).flat()
    for (const { address, problem } of found.filter(isUnseen)) {
      done({ address, action: 'update', failure: problem })
    }
    const steps = inStages(found.filter(isStep))
    if (steps.length === 0) return
    const claimed = await claim(api, owned, steps, parts.owns)
    const things: Record<string, OwnedThing> = { ...claimed.things }
    const changed: string[] = []
    for (const stage of byStage(steps)) {
      await inBatches(stage, BATCH, async (step) => {
        const outcome = await carryOut(api, step, things)
        if (outcome.failure === undefined) changed.push(outcome.address)
        // A part of the step that made our token, which is planned and told as one.
        const isLeftover = progress.isBootstrapped && outcome.address === LEFTOVER_ADDRESS
        if (!isLeftover || outcome.failure !== undefined) done(outcome)
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
