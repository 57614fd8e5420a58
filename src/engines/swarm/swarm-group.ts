/** The managers as a consensus group: who takes part, and whether one more may be lost. */
import type { GroupState, MemberState, NodeLink, QuorumGroup } from '../contract.ts'
import { withDocker } from '../docker/docker-api.ts'
import { DOCKER_PACKAGE, DOCKER_UNIT } from '../docker/names.ts'
import { reasonOf } from '../../support/reason.ts'
import { nodesReply, type InfoReply, type NodeReply } from './replies.ts'
import { localState, nameOf } from './swarm-api.ts'
import type { SwarmWish } from './swarm-wish.ts'

/** A manager copies what it missed from the others; a Zero starts dockerd in half a minute. */
const PATIENCE_SECONDS = 180

/** What dockerd is made of: whoever changes it stops it for a while. */
const INTERRUPTS = [
  `service:${DOCKER_UNIT}`,
  'service:containerd.service',
  `package:${DOCKER_PACKAGE}`,
  'package:containerd',
]

/** The group. */
export function swarmGroup(wish: SwarmWish): QuorumGroup {
  return {
    name: 'swarm',
    members: wish.managers,
    interruptedBy: (address) => INTERRUPTS.includes(address),
    observe: (link) => observe(wish, link),
    returned: (link, node) => returned(link, node),
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

async function observe(wish: SwarmWish, link: NodeLink): Promise<GroupState> {
  return groupState(wish.managers, await Promise.all(wish.managers.map((name) => viewOf(link, name))))
}

/** From what the managers say to one statement about the group. */
export function groupState(managers: readonly string[], views: readonly ManagerView[]): GroupState {
  const formed = views.some(({ state }) => state !== undefined && state.LocalNodeState !== 'inactive')
  const nodes = views.find((view) => view.nodes !== undefined)?.nodes
  if (!formed || nodes === undefined) {
    const said = views.flatMap(({ node, problem }) => (problem === undefined ? [] : [`${node}: ${problem}`]))
    return {
      formed,
      members: managers.map((node) => ({ node, healthy: false, voter: formed, leader: false })),
      failureTolerance: 0,
      detail: formed ? `there is no leader: ${said.join('; ')}` : 'not formed yet',
    }
  }
  const voters = nodes.filter(({ Spec }) => Spec.Role === 'manager')
  // Who is to be no manager any more and is none serves nothing, and may go.
  const others = nodes.flatMap((node) => nameOf(node) ?? []).filter((name) => !managers.includes(name))
  const members = [...managers, ...others].map((name): MemberState => {
    const entry = nodes.find((node) => nameOf(node) === name)
    const reachable = entry?.ManagerStatus?.Reachability === 'reachable'
    const own = views.find(({ node }) => node === name)
    return {
      node: name,
      healthy: reachable && (own === undefined || own.nodes !== undefined),
      voter: entry?.Spec.Role === 'manager',
      leader: entry?.ManagerStatus?.Leader === true,
    }
  })
  const healthy = voters.filter((node) => {
    const name = nameOf(node)
    const member = members.find((one) => one.node === name)
    return member === undefined ? node.ManagerStatus?.Reachability === 'reachable' : member.healthy
  }).length
  const failureTolerance = Math.max(0, healthy - (Math.floor(voters.length / 2) + 1))
  const leader = members.find((member) => member.leader)?.node ?? 'a node that is not ours'
  const detail = `${healthy} of ${voters.length} managers are well, led by ${leader}; ${
    failureTolerance === 0 ? 'none may be lost' : `${failureTolerance} may be lost`
  }`
  return { formed, members, failureTolerance, detail }
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
