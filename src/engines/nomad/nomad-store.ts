/** What Nomad itself is to hold, converged through one server. */
import type { ClusterDifference, ClusterOutcome, ClusterStore, NodeLink, StoreLook } from '../contract.ts'
import { carryOut, inStages, shelfFound } from '../steps/carry-out.ts'
import { NOTHING_OWNED } from '../steps/owned.ts'
import { isStep, isUnseen, type Shelf } from '../steps/step.ts'
import { withApi, type NomadApi } from './api.ts'
import { BOOTSTRAP_ADDRESS, ensureManagement, standing, type ManagementParts } from './management.ts'
import { ENGINE, SERVER_UNIT } from './names.ts'
import { serverAccess } from './setup.ts'

/** What the store is made of. */
export interface StoreParts extends ManagementParts {
  /** Names of the servers, best first. */
  readonly servers: readonly string[]
  readonly shelves: readonly Shelf<NomadApi>[]
}

/** The store of a region. */
export function nomadStore(parts: StoreParts): ClusterStore {
  return {
    name: ENGINE,
    members: parts.servers,
    size: 1 + parts.shelves.length,
    runsAs: `service:${SERVER_UNIT}`,
    whole: () => Promise.resolve(BEGINNING),
    check: (link, node) => check(parts, link, node),
    converge: (link, node, done) => converge(parts, link, node, done),
  }
}

const BEGINNING: readonly ClusterDifference[] = [
  {
    address: BOOTSTRAP_ADDRESS,
    action: 'create',
    reason: 'Nomad does not know the token for management yet',
    differences: [],
  },
]

async function check(parts: StoreParts, link: NodeLink, node: string): Promise<StoreLook> {
  return withApi(link, node, serverAccess(parts.access), async (api) => {
    const state = await standing(api)
    if (state.kind === 'no-answer') throw new Error(state.problem)
    if (state.kind === 'unknown') return { differences: BEGINNING, unseen: [] }
    const found = await foundIn(parts, api)
    return {
      differences: inStages(found.filter(isStep)).map(({ difference }) => difference),
      unseen: found.filter(isUnseen),
    }
  })
}

async function foundIn({ shelves }: StoreParts, api: NomadApi) {
  return (await Promise.all(shelves.map((shelf) => shelfFound(shelf, api, NOTHING_OWNED)))).flat()
}

async function converge(
  parts: StoreParts,
  link: NodeLink,
  node: string,
  done: (outcome: ClusterOutcome) => void,
): Promise<void> {
  const made = await ensureManagement(parts, link, node)
  if (made) done(made)
  if (made?.failure !== undefined) return
  await withApi(link, node, serverAccess(parts.access), async (api) => {
    const found = await foundIn(parts, api)
    for (const { address, problem } of found.filter(isUnseen))
      done({ address, action: 'update', failure: problem })
    for (const step of inStages(found.filter(isStep))) done(await carryOut(api, step, {}))
  })
}
