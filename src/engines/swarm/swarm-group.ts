/** The managers as a consensus group: what each of them sees of it, and how one of them gives up its vote. */
import type { MemberAnswer, NodeLink, Peer, RaftGroup } from '../contract.ts'
import { withDocker } from '../docker/docker-api.ts'
import { DOCKER_PACKAGE, DOCKER_UNIT, LEAVE_SWARM } from '../docker/names.ts'
import { reasonOf } from '../../support/reason.ts'
import { changePart } from './joining.ts'
import { nodesReply, type InfoReply, type NodeReply } from './replies.ts'
import { localState, nameOf, throughStaying, votes } from './swarm-api.ts'
import type { SwarmWish } from './swarm-wish.ts'

/** A manager copies what it missed from the others; a Zero starts dockerd in half a minute. */
const PATIENCE_SECONDS = 180

/** What dockerd is made of: whoever changes it stops it for a while. And the word by which a node leaves. */
export const INTERRUPTS: readonly string[] = [
  `service:${DOCKER_UNIT}`,
  'service:containerd.service',
  `package:${DOCKER_PACKAGE}`,
  'package:containerd',
  `farewell:${LEAVE_SWARM}`,
]

/** The group. A node with dockerd is made a manager with what belongs to the swarm, after the nodes. */
export function swarmGroup(wish: SwarmWish): RaftGroup {
  return {
    name: 'swarm',
    wanted: wish.managers,
    interruptedBy: (address) => INTERRUPTS.includes(address),
    joins: 'with-the-store',
    ask: async (link, node) => managerAnswer(await viewOf(link, node)),
    proven: (link, node) => returned(link, node),
    leave: (link, node) => leave(wish, link, node),
    patienceSeconds: PATIENCE_SECONDS,
  }
}

/** What one manager says. */
export interface ManagerView {
  readonly node: string
  readonly state?: InfoReply['Swarm']
  /** The list of nodes; left out when nobody leads. */
  readonly nodes?: readonly NodeReply[]
  readonly problem?: string
}

async function viewOf(link: NodeLink, node: string): Promise<ManagerView> {
  try {
    return await withDocker(link, node, async (api) => {
      const state = await localState(api)
      if (!state.ControlAvailable) return { node, state, ...(state.Error !== '' && { problem: state.Error }) }
      const nodes = await api.get('/nodes', nodesReply)
      return nodes.ok ? { node, state, nodes: nodes.value } : { node, state, problem: nodes.problem }
    })
  } catch (error) {
    return { node, problem: reasonOf(error) }
  }
}

/** The same in the words of the contract. */
export function managerAnswer({ node, state, nodes, problem = '' }: ManagerView): MemberAnswer {
  const managers = nodes?.filter((one) => one.Spec.Role === 'manager' || votes(one)) ?? []
  const leader = managers.find(({ ManagerStatus }) => ManagerStatus?.Leader === true)
  const isMember = state !== undefined && state.LocalNodeState !== 'inactive'
  const isWorker = isMember && !state.ControlAvailable && state.LocalNodeState === 'active'
  const itself: Peer = { name: node, node, voter: !isWorker, healthy: false }
  return {
    node,
    answers: state !== undefined,
    listens: state !== undefined,
    problem,
    ...(leader && { leader: peerName(leader) }),
    // Without a leader nobody shows the list: a manager knows of itself alone.
    peers: nodes === undefined ? (isMember ? [itself] : []) : managers.map(peerOf),
  }
}

function peerName(entry: NodeReply): string {
  return nameOf(entry) ?? entry.ID
}

function peerOf(entry: NodeReply): Peer {
  const node = nameOf(entry)
  return {
    name: peerName(entry),
    ...(node !== undefined && { node }),
    voter: votes(entry),
    healthy: entry.ManagerStatus?.Reachability === 'reachable',
  }
}

/** It takes part by its own word, which ends with the process that is gone, and by that of whoever leads. */
async function returned(link: NodeLink, node: string): Promise<{ passed: boolean; detail: string }> {
  const { state, nodes, problem } = await viewOf(link, node)
  if (problem !== undefined) return { passed: false, detail: problem }
  if (state === undefined || nodes === undefined) {
    return { passed: false, detail: `${node} is no manager (${state?.LocalNodeState ?? 'not known'})` }
  }
  const entry = nodes.find(({ ID }) => ID === state.NodeID)
  if (entry?.Status.State === 'ready' && entry.ManagerStatus?.Reachability === 'reachable') {
    return { passed: true, detail: `${node} is a manager that the others reach` }
  }
  return { passed: false, detail: `the others do not reach ${node} yet` }
}

/** It becomes a worker, by the word of another manager. */
async function leave(wish: SwarmWish, link: NodeLink, node: string): Promise<void> {
  const staying = wish.managers.filter((name) => name !== node)
  if (staying.length === 0) throw new Error(`${node} keeps its vote: there is no other manager`)
  await throughStaying(link, wish, staying, async (api) => {
    const entries = api.nodes.filter((entry) => nameOf(entry) === node && entry.Spec.Role === 'manager')
    for (const { ID } of entries) await changePart(api, ID, { name: node, role: 'worker' })
  })
}
