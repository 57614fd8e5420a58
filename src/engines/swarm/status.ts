/** How a swarm stands, counted: three of four nodes is not four. */
import type { EngineProbe, EngineStatus, NodeLink } from '../contract.ts'
import { servicesReply, type NodeReply } from './replies.ts'
import { entriesOf, localState, nameOf, withSwarm, type SwarmApi } from './swarm-api.ts'
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
  const problems = [
    ...(own.Error === '' ? [] : [own.Error]),
    ...wish.nodes.flatMap((wanted) => problemOf(nodes, wanted) ?? []),
    ...(services.ok ? services.value : []).flatMap(({ Spec, ServiceStatus }) => {
      const { RunningTasks = 0, DesiredTasks = 0 } = ServiceStatus ?? {}
      return RunningTasks < DesiredTasks
        ? [`service ${Spec.Name}: ${RunningTasks} of ${DesiredTasks} tasks run`]
        : []
    }),
  ]
  const leader = nodes.find(({ ManagerStatus }) => ManagerStatus?.Leader === true)
  const ready = wish.nodes.filter((wanted) => problemOf(nodes, wanted) === undefined).length
  return {
    name: 'swarm',
    healthy: problems.length === 0 && services.ok,
    detail: `${ready} of ${wish.nodes.length} nodes are ready, ${
      leader === undefined ? 'nobody leads' : `led by ${nameOf(leader) ?? leader.Description.Hostname}`
    }`,
    problems,
    unknown: services.ok ? [] : [`its services: ${services.problem}`],
    ...(leader && { leader: nameOf(leader) ?? leader.Description.Hostname }),
    members: nodes.map((node) => ({
      node: nameOf(node) ?? node.Description.Hostname,
      role: node.Spec.Role === 'manager' ? 'server' : 'client',
      state:
        node.Spec.Availability === 'active'
          ? node.Status.State
          : `${node.Status.State}, ${node.Spec.Availability}`,
      voter: node.Spec.Role === 'manager',
      leader: node === leader,
      ...(node.Description.Engine?.EngineVersion !== undefined && {
        version: node.Description.Engine.EngineVersion,
      }),
    })),
    failingChecks: [],
  }
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
