/** How nodes come into a swarm and leave it. Tokens are asked of a manager when they are needed, and are nowhere but in memory. */
import { poll } from '../../support/poll.ts'
import type { NodeLink } from '../contract.ts'
import { withDocker, type DockerApi } from '../docker/docker-api.ts'
import { granted, Refused, type Reply } from '../steps/reply.ts'
import { anything, swarmReply } from './replies.ts'
import { awaitNode, localState, updateNode, updateSwarm, votes, type SwarmApi } from './swarm-api.ts'
import { mergedLabels, SWARM_PORT, type SwarmNode, type SwarmWish } from './swarm-wish.ts'

/** A manager copies all that the others know to its card before it counts. */
const JOIN_SECONDS = 120
const LET_GO_SECONDS = 20
const NANOSECONDS_PER_DAY = 86_400_000_000_000

/** Label of the swarm: nodes join with tokens that are to end when they are in. */
const JOINING_LABEL = 'bramble.joining'

/** Were tokens given out and not ended since? */
export function areTokensOut(labels: Readonly<Record<string, string>> | null | undefined): boolean {
  return labels?.[JOINING_LABEL] !== undefined
}

/** Makes a swarm on its first manager that is in none. Rejects with {@link Refused}. */
export async function initSwarm(link: NodeLink, wish: SwarmWish, node: string): Promise<void> {
  const first = wish.nodes.find(({ name }) => name === node)
  if (first === undefined) throw new Refused(node, { status: 0, problem: 'is to be no manager' })
  const spec = {
    Name: 'default',
    Labels: { [JOINING_LABEL]: 'yes' },
    CAConfig: { NodeCertExpiry: wish.certificateDays * NANOSECONDS_PER_DAY },
  }
  await withDocker(link, node, async (api) => {
    granted(
      node,
      await api.send('POST', '/swarm/init', anything, {
        ...placeOf(first),
        DefaultAddrPool: [wish.addressPool],
        SubnetSize: 24,
        Spec: spec,
      }),
    )
    const { NodeID } = await localState(api)
    await introduce(api.node, link, NodeID, first)
  })
}

/** Its address in the cluster, for the managers and for what containers send each other: never one that dockerd finds by itself. */
function placeOf({ address }: SwarmNode): Record<string, string> {
  const host = address.includes(':') ? `[${address}]` : address
  return {
    ListenAddr: `${host}:${SWARM_PORT}`,
    AdvertiseAddr: `${host}:${SWARM_PORT}`,
    DataPathAddr: address,
  }
}

async function introduce(manager: string, link: NodeLink, id: string, wanted: SwarmNode): Promise<void> {
  await withDocker(link, manager, (api) =>
    updateNode(api, id, ({ Labels }) => ({
      Labels: mergedLabels(wanted.labels, Labels ?? {}),
      Availability: wanted.availability,
    })),
  )
}

/** Says in the swarm that tokens are out, before anybody gets one: a run that is cut off is finished by the next one. */
export async function giveTokensOut({ manager }: SwarmApi): Promise<void> {
  await updateSwarm(manager, (labels) => ({ ...labels, [JOINING_LABEL]: 'yes' }))
}

/** Ends the tokens with which nodes have joined. */
export async function rotateTokens({ manager }: SwarmApi): Promise<void> {
  await updateSwarm(
    manager,
    (labels) => Object.fromEntries(Object.entries(labels).filter(([key]) => key !== JOINING_LABEL)),
    true,
  )
}

/** Brings a node into the swarm, and names it there. A place in it that the node lost is given up before. Rejects with {@link Refused}. */
export async function joinNode(swarm: SwarmApi, wanted: SwarmNode): Promise<void> {
  const { link, manager, clusterId, wish } = swarm
  const id = await withDocker(link, wanted.name, async (api) => {
    const state = await localState(api)
    if (state.LocalNodeState === 'active' || state.LocalNodeState === 'pending') {
      const isOurs = state.Cluster?.ID === clusterId || swarm.nodes.some(({ ID }) => ID === state.NodeID)
      if (isOurs) return state.NodeID
      throw new Refused(wanted.name, {
        status: 0,
        problem: 'it is in another swarm; when nothing of that is needed: docker swarm leave --force',
      })
    }
    // What is torn cannot be mended: the others have all of it.
    if (state.LocalNodeState !== 'inactive') await leave(api.node, link)
    const tokens = granted('the tokens', await manager.get('/swarm', swarmReply)).JoinTokens
    const token = wanted.role === 'manager' ? tokens.Manager : tokens.Worker
    const joined = await askedToJoin(api, {
      ...placeOf(wanted),
      RemoteAddrs: wish.nodes
        .filter(({ name, role }) => role === 'manager' && name !== wanted.name)
        .map(({ address }) => `${address.includes(':') ? `[${address}]` : address}:${SWARM_PORT}`),
      JoinToken: token,
    })
    if (!joined.ok) {
      const problem = joined.problem.replaceAll(token, '…')
      throw new Refused(`${wanted.name} cannot join`, { ...joined, problem })
    }
    return (await localState(api)).NodeID
  })
  await awaitNode(manager, id, JOIN_SECONDS, ({ Status, ManagerStatus }) => {
    if (Status.State !== 'ready') return `${wanted.name} is ${Status.State}`
    if (wanted.role === 'worker' || ManagerStatus?.Reachability === 'reachable') return undefined
    return `${wanted.name} is no manager yet`
  })
  await introduce(manager.node, link, id, wanted)
}

/** A place that was just given up is let go of a moment later: dockerd ends what listened there after it has answered. */
async function askedToJoin(api: DockerApi, words: object): Promise<Reply<unknown>> {
  const ask = (): Promise<Reply<unknown>> => api.send('POST', '/swarm/join', anything, words)
  let reply = await ask()
  const isHeld = (): boolean => !reply.ok && reply.problem.includes('address already in use')
  if (!isHeld()) return reply
  await poll(
    async () => {
      reply = await ask()
      return { passed: !isHeld(), detail: '' }
    },
    { patienceSeconds: LET_GO_SECONDS },
  )
  return reply
}

async function leave(node: string, link: NodeLink): Promise<void> {
  await withDocker(link, node, async (api) => {
    granted(`${node} cannot leave`, await api.send('POST', '/swarm/leave?force=true', anything))
  })
}

/** Makes a manager of a worker, or the other way round, and waits until the managers count it so, and a new one serves by its own word. */
export async function changePart(
  { link, manager }: SwarmApi,
  id: string,
  { name, role }: Pick<SwarmNode, 'name' | 'role'>,
) {
  await updateNode(manager, id, () => ({ Role: role }))
  await awaitNode(manager, id, JOIN_SECONDS, ({ ManagerStatus }) => {
    if (role === 'worker') return ManagerStatus == null ? undefined : `${name} is still a manager`
    return ManagerStatus?.Reachability === 'reachable' ? undefined : `${name} is no manager yet`
  })
  if (role === 'manager') await awaitService(link, name)
}

/** The others count a manager as soon as it follows their log; its dockerd takes questions a little later. */
async function awaitService(link: NodeLink, name: string): Promise<void> {
  const { passed, detail } = await poll(
    async () => {
      const { ControlAvailable, LocalNodeState } = await withDocker(link, name, localState)
      return { passed: ControlAvailable, detail: `it is no manager yet (${LocalNodeState})` }
    },
    { patienceSeconds: JOIN_SECONDS },
  )
  if (!passed) throw new Refused(name, { status: 0, problem: `${detail} after ${JOIN_SECONDS} s` })
}

/**
 * Takes a node off the list of the swarm: its part in the consensus first, so that the majority is never of those who are gone. A manager by name
 * alone cannot be demoted ("can't find manager in raft memberlist").
 */
export async function removeNode(swarm: SwarmApi, id: string, name: string): Promise<void> {
  const { manager } = swarm
  const entry = swarm.nodes.find(({ ID }) => ID === id)
  if (entry !== undefined && votes(entry)) await changePart(swarm, id, { name, role: 'worker' })
  granted(`${name} cannot be removed`, await manager.send('DELETE', `/nodes/${id}?force=true`, anything))
}
