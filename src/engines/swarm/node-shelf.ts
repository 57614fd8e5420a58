/** The nodes of a swarm: who is to join, who has another part or other labels, who leaves. */
import type { ClusterDifference } from '../contract.ts'
import { withDocker } from '../docker/docker-api.ts'
import { lookedAt, type Found, type Shelf, type Step } from '../steps/step.ts'
import { Refused } from '../steps/reply.ts'
import { majorityOf } from '../raft-group.ts'
import { moveOff } from './drain.ts'
import { changePart, joinNode, removeNode } from './joining.ts'
import type { NodeReply } from './replies.ts'
import { entriesOf, localState, nameOf, updateNode, votes, type SwarmApi } from './swarm-api.ts'
import { DRAINED_LABEL, mergedLabels, type SwarmNode, type SwarmWish } from './swarm-wish.ts'

/** Managers join one after the other, workers after them all at once; who leaves does so when others are there, one after the other. */
const STAGE = { managers: 100, workers: 200, settings: 300, fewerManagers: 400, removal: 500 } as const

/** Before this stage nothing but managers is made. */
export const MANAGERS_MADE = STAGE.workers
/** Before this stage nobody loses a part in the swarm: from here on one is asked that keeps its own. */
export const OTHERS_MADE = STAGE.fewerManagers

type NodeStep = Step<SwarmApi>

/** The shelf. */
export function nodeShelf(wish: SwarmWish): Shelf<SwarmApi> {
  return {
    kind: 'swarm-node',
    steps: async (api) => {
      if (api === undefined) return wish.nodes.map((node, index) => joining(node, index))
      const found = await Promise.all(
        wish.nodes.map((node, index) => lookedAt(addressOf(node.name), () => lookAt(api, node, index))),
      )
      return [...found.flatMap((one): Found<SwarmApi>[] => (one === undefined ? [] : [one])), ...leaving(api)]
    },
  }
}

function addressOf(name: string): string {
  return `swarm-node:${name}`
}

async function lookAt(api: SwarmApi, wanted: SwarmNode, index: number): Promise<NodeStep | undefined> {
  const [entry, ...stale] = entriesOf(api.nodes, wanted)
  if (entry === undefined) return joining(wanted, index)
  if (entry.Status.State !== 'ready') {
    const lost = await lostItsPlace(api, wanted, entry)
    if (lost !== undefined) return rejoining(wanted, index, [entry, ...stale], lost)
  }
  if (stale.length > 0) return rejoining(wanted, index, stale, 'it has an old entry beside its own')
  return changing(wanted, index, entry)
}

/** Why a node that is not there will not come back by itself; undefined when it may. */
async function lostItsPlace(
  api: SwarmApi,
  { name }: SwarmNode,
  entry: NodeReply,
): Promise<string | undefined> {
  const state = await withDocker(api.link, name, localState).catch(() => undefined)
  // Who cannot be asked is down, and told by the state of the swarm.
  if (state === undefined) return undefined
  if (state.LocalNodeState === 'inactive') return 'it was made anew and is in no swarm'
  if (state.LocalNodeState === 'error') return `it cannot take part any more: ${state.Error}`
  return state.NodeID === entry.ID || state.NodeID === '' ? undefined : 'it was made anew'
}

function joining(wanted: SwarmNode, index: number): NodeStep {
  return {
    ...placed(wanted, index, 'create', `it is to be a ${wanted.role}`, partFields(wanted)),
    run: async (api) => {
      await joinNode(api, wanted)
      return undefined
    },
  }
}

/** What is told of a node that joins. */
function partFields({ role, availability }: SwarmNode): ClusterDifference['differences'] {
  return [
    { field: 'role', wanted: role },
    { field: 'availability', wanted: availability },
  ]
}

function placed(
  { name, role }: SwarmNode,
  index: number,
  action: 'create' | 'update',
  reason: string,
  differences: ClusterDifference['differences'],
): Pick<NodeStep, 'difference' | 'stage'> {
  return {
    difference: { address: addressOf(name), action, reason, differences },
    stage: role === 'manager' ? STAGE.managers + index : STAGE.workers,
  }
}

/** The old entry goes first, with its vote: the other way round the majority would be counted with one who never comes back (moby/moby#34722). */
function rejoining(wanted: SwarmNode, index: number, stale: readonly NodeReply[], reason: string): NodeStep {
  return {
    ...placed(wanted, index, 'update', reason, [{ field: 'place in the swarm', is: 'lost', wanted: 'new' }]),
    run: async (api) => {
      for (const entry of stale) {
        refuseWithoutMajority(api, entry, wanted.name)
        await removeNode(api, entry.ID, wanted.name)
      }
      await joinNode(api, wanted)
      return undefined
    },
  }
}

function refuseWithoutMajority({ nodes }: SwarmApi, entry: NodeReply, name: string): void {
  const voters = nodes.filter(votes)
  if (!voters.includes(entry)) return
  const others = voters.filter(
    ({ ID, ManagerStatus }) => ID !== entry.ID && ManagerStatus?.Reachability === 'reachable',
  )
  if (others.length >= majorityOf(voters.length)) return
  const problem = `the other managers have no majority without it (${others.length} of ${voters.length}); bring another one back first`
  throw new Refused(name, { status: 0, problem })
}

function changing(wanted: SwarmNode, index: number, entry: NodeReply): NodeStep | undefined {
  const { Role, Availability, Labels } = entry.Spec
  const labels = mergedLabels(wanted.labels, Labels ?? {})
  const availability = availabilityOf(entry.Spec, wanted)
  const differences = [
    ...(Role === wanted.role ? [] : [{ field: 'role', is: Role, wanted: wanted.role }]),
    ...(Availability === availability
      ? []
      : [{ field: 'availability', is: Availability, wanted: availability }]),
    ...labelDifferences(Labels ?? {}, labels),
  ]
  if (differences.length === 0) return undefined
  const fewer = Role === 'manager' && wanted.role === 'worker'
  return {
    difference: {
      address: addressOf(wanted.name),
      action: 'update',
      reason: 'the swarm keeps something else of it',
      differences,
    },
    stage: Role === wanted.role ? STAGE.settings : (fewer ? STAGE.fewerManagers : STAGE.managers) + index,
    run: async (api) => {
      if (Role !== wanted.role) await changePart(api, entry.ID, wanted)
      await updateNode(api.manager, entry.ID, (spec) => ({
        Labels: mergedLabels(wanted.labels, spec.Labels ?? {}),
        Availability: availabilityOf(spec, wanted),
      }))
      return undefined
    },
  }
}

/** Whoever drained a node by hand gives it back. */
function availabilityOf(
  { Availability, Labels }: NodeReply['Spec'],
  wanted: SwarmNode,
): NodeReply['Spec']['Availability'] {
  const isOurs = Labels?.[DRAINED_LABEL] !== undefined
  return wanted.availability === 'active' && !isOurs ? Availability : wanted.availability
}

function labelDifferences(
  is: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): ClusterDifference['differences'] {
  const keys = [...new Set([...Object.keys(is), ...Object.keys(wanted)])].sort()
  return keys
    .filter((key) => is[key] !== wanted[key])
    .map((key) => ({
      field: `label ${key}`,
      ...(is[key] !== undefined && { is: is[key] }),
      ...(wanted[key] !== undefined && { wanted: wanted[key] }),
    }))
}

/** Nodes that Bramble brought in and that are in the cluster file no more. Those of others are left alone. */
function leaving({ nodes, wish }: SwarmApi): NodeStep[] {
  const names = new Set(wish.nodes.map(({ name }) => name))
  return nodes
    .filter((node) => nameOf(node) !== undefined && !names.has(nameOf(node) ?? ''))
    .map((entry, index) => {
      const name = nameOf(entry) ?? ''
      return {
        difference: {
          address: addressOf(name),
          action: 'remove',
          reason: 'it is in the swarm no more',
          differences: [],
        },
        stage: STAGE.removal + index,
        run: async (api) => {
          // Of a node that is in the cluster file no more nobody else sees to it.
          if (entry.Status.State === 'ready') await moveOff(api, entry, 'removal')
          await removeNode(api, entry.ID, name)
          return undefined
        },
      }
    })
}
