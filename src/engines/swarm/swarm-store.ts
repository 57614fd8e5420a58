/** The store of a swarm: its nodes and what they are to be, converged through one of its managers. */
import type { ClusterDifference, ClusterOutcome, ClusterStore, NodeLink, StoreLook } from '../contract.ts'
import { withDocker } from '../docker/docker-api.ts'
import { DOCKER_UNIT } from '../docker/names.ts'
import { byStage, carryOut, claimed, inStages, shelfFound } from '../steps/carry-out.ts'
import { NOTHING_OWNED, type OwnedThing } from '../steps/owned.ts'
import { inBatches, isStep, isUnseen, type Shelf, type Step } from '../steps/step.ts'
import { granted, Refused } from '../steps/reply.ts'
import { areTokensOut, giveTokensOut, initSwarm, rotateTokens } from './joining.ts'
import { MANAGERS_MADE, nodeShelf, OTHERS_MADE } from './node-shelf.ts'
import { readOwned, writeOwned } from './owned.ts'
import { swarmReply } from './replies.ts'
import { localState, throughStaying, withSwarm, type SwarmApi } from './swarm-api.ts'
import type { SwarmWish } from './swarm-wish.ts'

/** Joins at a time: each costs the managers a certificate. */
const BATCH = 8

/** What the store is made of. */
export interface SwarmParts {
  readonly cluster: string
  readonly wish: SwarmWish
  readonly shelves: readonly Shelf<SwarmApi>[]
  /** Number of wanted things beside the nodes. */
  readonly size: number
}

/** Makes it. */
export function swarmStore(given: SwarmParts): ClusterStore {
  const { wish } = given
  const parts = { ...given, shelves: [nodeShelf(wish), ...given.shelves] }
  return {
    name: 'swarm',
    members: wish.managers,
    size: 1 + wish.nodes.length + given.size,
    runsAs: `service:${DOCKER_UNIT}`,
    whole: () => whole(parts),
    check: async (link, node) =>
      (await withSwarm(link, wish, node, (api) => look(parts, api))) ?? {
        differences: await whole(parts),
        unseen: [],
      },
    grow: async (link, node, done) => {
      await withSwarm(link, wish, node, (api) => carryOutBefore(MANAGERS_MADE, parts, api, done))
    },
    converge: (link, node, done) => converge(parts, link, node, done),
  }
}

const formation = ({ cluster, wish }: SwarmParts): ClusterDifference => ({
  address: `swarm:${cluster}`,
  action: 'create',
  reason: 'there is no swarm yet',
  differences: [{ field: 'address pool', wanted: wish.addressPool }],
})

const rotation = ({ cluster }: SwarmParts): ClusterDifference => ({
  address: `swarm:${cluster}`,
  action: 'update',
  reason: 'nodes have joined since its tokens were made',
  differences: [{ field: 'tokens' }],
})

async function whole(parts: SwarmParts): Promise<readonly ClusterDifference[]> {
  const found = await Promise.all(parts.shelves.map((shelf) => shelf.steps(undefined, NOTHING_OWNED)))
  const steps = inStages(found.flat().filter(isStep))
  return [formation(parts), ...steps.map(({ difference }) => difference)]
}

async function look(parts: SwarmParts, api: SwarmApi): Promise<StoreLook> {
  const owned = await readOwned(api)
  const found = (await Promise.all(parts.shelves.map((shelf) => shelfFound(shelf, api, owned)))).flat()
  const differences = inStages(found.filter(isStep)).map(({ difference }) => difference)
  const { Spec } = granted('the swarm', await api.manager.get('/swarm', swarmReply))
  return {
    differences: [...(areTokensOut(Spec.Labels) ? [rotation(parts)] : []), ...differences],
    unseen: found.filter(isUnseen),
  }
}

async function converge(
  parts: SwarmParts,
  link: NodeLink,
  node: string,
  done: (outcome: ClusterOutcome) => void,
): Promise<void> {
  if (await carryOutAll(parts, link, node, done)) return
  const outcome = await form(parts, link, node)
  done(outcome)
  if (outcome.failure !== undefined) return
  // Whoever makes it is in it.
  done({ address: `swarm-node:${node}`, action: 'create' })
  await carryOutAll(parts, link, node, done)
}

/** Undefined when there is no swarm. Whoever is to lose its part is not the one that is asked to see to it. */
async function carryOutAll(
  parts: SwarmParts,
  link: NodeLink,
  node: string,
  done: (outcome: ClusterOutcome) => void,
): Promise<true | undefined> {
  const { wish } = parts
  const left = await withSwarm(link, wish, node, (api) => carryOutBefore(OTHERS_MADE, parts, api, done))
  if (left === undefined) return undefined
  if (left > 0)
    await throughStaying(link, wish, wish.managers, (api) => carryOutBefore(Infinity, parts, api, done))
  return true
}

/** Makes the swarm on this node, or on the first manager that can have it. */
async function form(parts: SwarmParts, link: NodeLink, node: string): Promise<ClusterOutcome> {
  const { address, action } = formation(parts)
  // Whoever does not answer is no place to begin.
  await withDocker(link, node, localState)
  try {
    await initSwarm(link, parts.wish, node)
    return { address, action }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { address, action, failure: error.message }
  }
}

/** The steps before this stage; gives how many are left for later. */
async function carryOutBefore(
  end: number,
  parts: SwarmParts,
  api: SwarmApi,
  done: (outcome: ClusterOutcome) => void,
): Promise<number> {
  const owned = await readOwned(api)
  const found = (await Promise.all(parts.shelves.map((shelf) => shelf.steps(api, owned)))).flat()
  const all = inStages(found.filter(isStep))
  const steps = all.filter(({ stage }) => stage < end)
  const isLast = steps.length === all.length
  for (const { address, problem } of isLast ? found.filter(isUnseen) : [])
    done({ address, action: 'update', failure: problem })
  const joins = steps.some(isJoin)
  if (joins) await giveTokensOut(api)
  const claims = claimed(owned, steps)
  if (claims !== undefined) await writeOwned(api, claims)
  const things: Record<string, OwnedThing> = { ...(claims ?? owned.things) }
  const before = JSON.stringify(things)
  for (const stage of byStage(steps)) {
    await inBatches(stage, BATCH, async (step) => done(await carryOut(api, step, things)))
  }
  if (JSON.stringify(things) !== before) await writeOwned(api, things)
  const { Spec } = granted('the swarm', await api.manager.get('/swarm', swarmReply))
  if (areTokensOut(Spec.Labels)) {
    await rotateTokens(api)
    // A part of the joins, which are told.
    if (!joins) done({ address: rotation(parts).address, action: 'update' })
  }
  return all.length - steps.length
}

/** Does this step need a token? */
function isJoin({ difference: { address, action, differences } }: Step<SwarmApi>): boolean {
  return (
    address.startsWith('swarm-node:') &&
    (action === 'create' || differences.some(({ field }) => field === 'place in the swarm'))
  )
}
