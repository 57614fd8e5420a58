/** What Nomad itself is to hold, converged through one server. */
import type { ClusterDifference, ClusterOutcome, ClusterStore, NodeLink, StoreLook } from '../contract.ts'
import { byStage, carryOut, claimed, inStages, shelfFound } from '../steps/carry-out.ts'
import { NOTHING_OWNED, type OwnedThing } from '../steps/owned.ts'
import { inBatches, isStep, isUnseen, type Shelf, type StepAid } from '../steps/step.ts'
import { withApi, type NomadApi } from './api.ts'
import { BOOTSTRAP_ADDRESS, ensureManagement, standing, type ManagementParts } from './management.ts'
import { ENGINE, SERVER_UNIT } from './names.ts'
import { readOwned, writeOwned } from './owned.ts'
import { serverAccess } from './setup.ts'

/** What the store is made of. */
export interface StoreParts extends ManagementParts {
  /** Names of the servers, best first. */
  readonly servers: readonly string[]
  readonly shelves: readonly Shelf<NomadApi>[]
  /** Names of the stores that come before it. */
  readonly after?: readonly string[]
  /** Number of wanted things. */
  readonly size: number
}

/** Changes at a time. */
const BATCH = 8

/** The store of a region. */
export function nomadStore(parts: StoreParts): ClusterStore {
  return {
    name: ENGINE,
    members: parts.servers,
    ...(parts.after && { after: parts.after }),
    size: parts.size,
    runsAs: `service:${SERVER_UNIT}`,
    whole: () => whole(parts),
    check: (link, node) => check(parts, link, node),
    converge: (link, node, done, { keep }, patience) =>
      converge(parts, link, node, { done, aid: { ...patience, keep } }),
  }
}

const BEGINNING: ClusterDifference = {
  address: BOOTSTRAP_ADDRESS,
  action: 'create',
  reason: 'Nomad does not know the token for management yet',
  differences: [],
}

/** What is to be made where Nomad does not know us yet. */
async function whole({ shelves }: StoreParts): Promise<readonly ClusterDifference[]> {
  const found = await Promise.all(shelves.map((shelf) => shelf.steps(undefined, NOTHING_OWNED)))
  return [BEGINNING, ...inStages(found.flat().filter(isStep)).map(({ difference }) => difference)]
}

async function check(parts: StoreParts, link: NodeLink, node: string): Promise<StoreLook> {
  const seen = await withApi(link, node, serverAccess(parts.access), async (api) => {
    const state = await standing(api)
    if (state.kind === 'no-answer') throw new Error(state.problem)
    return state.kind === 'known' ? look(parts, api) : undefined
  })
  return seen ?? (await afterRotation(parts, link, node)) ?? { differences: await whole(parts), unseen: [] }
}

/** What differs when Nomad knows us by the token that was rotated. */
async function afterRotation(
  parts: StoreParts,
  link: NodeLink,
  node: string,
): Promise<StoreLook | undefined> {
  const { previous } = parts.access
  if (previous === undefined) return undefined
  const before = serverAccess({ ...parts.access, management: previous })
  return withApi(link, node, before, async (api) => {
    if ((await standing(api)).kind !== 'known') return undefined
    const { differences, unseen } = await look(parts, api)
    return { differences: [BEGINNING, ...differences], unseen }
  })
}

async function look(parts: StoreParts, api: NomadApi): Promise<StoreLook> {
  const { found } = await foundIn(parts, api)
  return {
    differences: inStages(found.filter(isStep)).map(({ difference }) => difference),
    unseen: found.filter(isUnseen),
  }
}

async function foundIn({ shelves }: StoreParts, api: NomadApi) {
  const owned = await readOwned(api)
  return { owned, found: (await Promise.all(shelves.map((shelf) => shelfFound(shelf, api, owned)))).flat() }
}

/** Who is told, and what steps may use. */
interface Watched {
  readonly done: (outcome: ClusterOutcome) => void
  readonly aid: StepAid
}

async function converge(
  parts: StoreParts,
  link: NodeLink,
  node: string,
  { done, aid }: Watched,
): Promise<void> {
  const made = await ensureManagement(parts, link, node)
  if (made) done(made)
  if (made?.failure !== undefined) return
  await withApi(link, node, serverAccess(parts.access), async (api) => {
    const { owned, found } = await foundIn(parts, api)
    for (const { address, problem } of found.filter(isUnseen))
      done({ address, action: 'update', failure: problem })
    const steps = inStages(found.filter(isStep))
    const claims = claimed(owned, steps)
    const claim = claims === undefined ? owned : await writeOwned(api, owned, claims)
    const things: Record<string, OwnedThing> = { ...claim.things }
    for (const stage of byStage(steps)) {
      await inBatches(stage, BATCH, async (step) => done(await carryOut(api, step, things, aid)))
    }
    if (JSON.stringify(things) !== JSON.stringify(claim.things)) await writeOwned(api, claim, things)
  })
}
