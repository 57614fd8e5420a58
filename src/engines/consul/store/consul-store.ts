/** What Consul itself is to hold: tokens, policies, entries and settings, converged through one member. */
import type {
  ClusterDifference,
  ClusterOutcome,
  ClusterStore,
  NodeLink,
  Patience,
  StoreLook,
} from '../../contract.ts'
import { byStage, carryOut, claimed, inStages, shelfFound } from '../../steps/carry-out.ts'
import { NOTHING_OWNED, type OwnedThing } from '../../steps/owned.ts'
import { inBatches, isStep, isUnseen, type Shelf } from '../../steps/step.ts'
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
import { readOwned, writeOwned } from './owned.ts'

/** What the store is made of. */
export interface StoreParts extends ManagementParts {
  /** Names of the servers, best first. */
  readonly servers: readonly string[]
  readonly shelves: readonly Shelf<ConsulApi>[]
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
    converge: (link, node, done, _, patience) =>
      converge(parts, progress, link, node, { done, ...(patience && { patience }) }),
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

async function whole({ shelves }: StoreParts): Promise<readonly ClusterDifference[]> {
  const found = await Promise.all(shelves.map((shelf) => shelf.steps(undefined, NOTHING_OWNED)))
  return [
    { address: BOOTSTRAP_ADDRESS, action: 'create', reason: 'Consul does not know us yet', differences: [] },
    ...inStages(found.flat().filter(isStep)).map(({ difference }) => difference),
  ]
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
): Promise<undefined> {
  await withApi(link, node, managementAccess(parts.access), async (api) => {
    if ((await standing(api)).kind !== 'known') return
    const owned = await readOwned(api)
    const found = (await Promise.all(parts.shelves.map((shelf) => shelf.steps(api, owned)))).flat()
    for (const step of found.filter(isStep)) {
      if (typeof step.early === 'function') await step.early(api).catch(() => undefined)
      if (step.early !== true) continue
      const outcome = await carryOut(api, step, {})
      if (outcome.failure === undefined) done(outcome)
    }
  })
}

/** Who is told. */
interface Watched {
  readonly done: (outcome: ClusterOutcome) => void
  readonly patience?: Patience
}

async function converge(
  parts: StoreParts,
  progress: Progress,
  link: NodeLink,
  node: string,
  { done, patience }: Watched,
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
    const claims = claimed(owned, steps, parts.owns)
    const claim = claims === undefined ? owned : await writeOwned(api, owned, claims)
    const things: Record<string, OwnedThing> = { ...claim.things }
    const changed: string[] = []
    for (const stage of byStage(steps)) {
      await inBatches(stage, BATCH, async (step) => {
        const outcome = await carryOut(api, step, things, patience)
        if (outcome.failure === undefined) changed.push(outcome.address)
        // A part of the step that made our token, which is planned and told as one.
        const isLeftover = progress.isBootstrapped && outcome.address === LEFTOVER_ADDRESS
        if (!isLeftover || outcome.failure !== undefined) done(outcome)
      })
    }
    await writeOwned(api, claim, things)
    await parts.afterwards?.(link, changed)
  })
}
