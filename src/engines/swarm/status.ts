/** How a swarm stands, counted: three of four nodes is not four. */
import type { EngineProbe, EngineStatus, NodeLink } from '../contract.ts'
import { servicesReply, type NodeReply, type ServiceReply } from './replies.ts'
import { entriesOf, localState, nameOf, votes, withSwarm, type SwarmApi } from './swarm-api.ts'
import type { SwarmNode, SwarmWish } from './swarm-wish.ts'

/** Asks a swarm through its managers. */
export function swarmProbe(wish: SwarmWish): EngineProbe {
  return { name: 'swarm', members: wish.managers, ask: (link, node) => ask(wish, link, node) }
}

async function ask(wish: SwarmWish, link: NodeLink, node: string): Promise<EngineStatus> {
  const status = await withSwarm(link, wish, node, statusOf)
  if (status !== undefined) return status
  const detail = 'there is no swarm yet'
  return {
    name: 'swarm',
    healthy: false,
    detail,
    problems: [detail],
    unknown: [],
    members: [],
    failingChecks: [],
  }
}

async function statusOf(api: SwarmApi): Promise<EngineStatus> {
  const { wish, nodes, manager } = api
  const own = await localState(manager)
  const services = await manager.get('/services?status=true', servicesReply)
  const lacking = wish.nodes.flatMap((wanted) => problemOf(nodes, wanted) ?? [])
  const problems = [
    ...(own.Error === '' ? [] : [own.Error]),
    ...lacking,
    ...(services.ok ? services.value.flatMap((service) => shortOf(service) ?? []) : []),
  ]
  const leader = nodes.find(({ ManagerStatus }) => ManagerStatus?.Leader === true)
  const led = leader === undefined ? 'nobody leads' : `led by ${shownName(leader)}`
  return {
    name: 'swarm',
    healthy: problems.length === 0 && services.ok,
    detail: `${wish.nodes.length - lacking.length} of ${wish.nodes.length} nodes are ready, ${led}`,
    problems,
    unknown: services.ok ? [] : [`its services: ${services.problem}`],
    ...(leader && { leader: shownName(leader) }),
    members: nodes.map((node) => memberOf(node, node === leader)),
    failingChecks: [],
  }
}

function shownName(node: NodeReply): string {
  return nameOf(node) ?? node.Description.Hostname
}

function memberOf(node: NodeReply, leader: boolean): EngineStatus['members'][number] {
  const { Spec, Status, Description } = node
  const version = Description.Engine?.EngineVersion
  return {
    node: shownName(node),
    role: Spec.Role === 'manager' ? 'server' : 'client',
    state: Spec.Availability === 'active' ? Status.State : `${Status.State}, ${Spec.Availability}`,
    voter: votes(node),
    leader,
    ...(version !== undefined && { version }),
  }
}

/** Which tasks of a service do not run. */
function shortOf({ Spec, ServiceStatus }: ServiceReply): string | undefined {
  const { RunningTasks = 0, DesiredTasks = 0 } = ServiceStatus ?? {}
  return RunningTasks < DesiredTasks
    ? `service ${Spec.Name}: ${RunningTasks} of ${DesiredTasks} tasks run`
    : undefined
}

/** Why a node does not count. */
function problemOf(nodes: readonly NodeReply[], wanted: SwarmNode): string | undefined {
  const { name, role } = wanted
  const [entry] = entriesOf(nodes, wanted)
  if (entry === undefined) return `${name} is not in the swarm`
  const { State, Message = '' } = entry.Status
  if (State !== 'ready') return `${name} is ${State}${Message === '' ? '' : `: ${Message}`}`
  if (entry.Spec.Role !== role) return `${name} is a ${entry.Spec.Role} instead of a ${role}`
  const reach = entry.ManagerStatus?.Reachability
  return role === 'manager' && reach !== 'reachable'
    ? `${name} is a manager that the others do not reach`
    : undefined
}
