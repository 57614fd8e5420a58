/** What one server says of itself and of the group, with and without a token. */
import { addressBeforePort, serverAt } from '../autopilot/address-text.ts'
import type { HealthReply } from '../autopilot/replies.ts'
import type { ServerView } from '../autopilot/server-view.ts'
import type { NodeLink } from '../contract.ts'
import { withApi, type VaultApi } from './api.ts'
import { autopilotReply, configurationReply, HEALTH_PATH, healthReply, leaderReply } from './replies.ts'
import { clusterAddress, type Access, type VaultNode } from './setup.ts'

/** How a server stands. `cut-off`: a standby that does not reach the one that is active; `removed`: taken out of the consensus. */
export type ServerState = 'silent' | 'new' | 'removed' | 'sealed' | 'cut-off' | 'standby' | 'active'

/** One server's view, and its state. */
export interface ServerLook extends ServerView {
  readonly state: ServerState
  readonly version: string
  /** `HOST:8201` of the one that it takes for active; empty when it sees none. */
  readonly active: string
  /** Index of the consensus that it has applied, by its own word; 0 when it does not say. */
  readonly applied: number
}

/** Asks one server; never rejects. `nodes` are those by whose addresses servers are told. */
export function askServer(
  link: NodeLink,
  { name: node, address }: Pick<VaultNode, 'name' | 'address'>,
  nodes: readonly VaultNode[],
  access: Access,
): Promise<ServerLook> {
  return withApi(link, node, access, async (api): Promise<ServerLook> => {
    const nothing = { node, leader: '', peers: [], version: '', active: '', applied: 0 }
    const health = await api.get(HEALTH_PATH, healthReply)
    if (!health.ok) {
      const { problem, distrusted } = health
      const listens = distrusted === true || health.status > 0 || (await api.listens())
      const silent = { ...nothing, state: 'silent' as const, answers: false, problem, listens }
      return distrusted ? { ...silent, distrusted } : silent
    }
    const there = { ...nothing, answers: true, problem: '', listens: true, name: node }
    const { version } = health.value
    const state = stateOf(health.value)
    if (state === 'new') return { ...there, state, version }
    // It votes, as far as it knows; who else does, only one that is open can say, or nobody votes at all.
    const { members } = access
    const own = clusterAddress({ address })
    const peers =
      members === undefined ? [`${addressBeforePort(address)}:0`] : [...new Set([own, ...members])]
    const alone = { ...there, state, version, peers }
    if (state === 'sealed' || state === 'removed') return alone
    const leader = await api.get('/v1/sys/leader', leaderReply)
    if (!leader.ok || leader.value.leader_cluster_address === '') return alone
    const active = leader.value.leader_cluster_address.replace(/^https?:\/\//, '')
    const seen = { ...alone, active, applied: leader.value.raft_applied_index }
    return members === undefined ? { ...seen, ...(await groupSeen(api, nodes)) } : { ...seen, leader: active }
  })
}

function stateOf(health: {
  readonly initialized: boolean
  readonly sealed: boolean
  readonly standby: boolean
  readonly removed_from_cluster?: boolean | null | undefined
  readonly ha_connection_healthy?: boolean | null | undefined
}): ServerState {
  if (!health.initialized) return 'new'
  if (health.removed_from_cluster === true) return 'removed'
  if (health.sealed) return 'sealed'
  if (!health.standby) return 'active'
  return health.ha_connection_healthy === false ? 'cut-off' : 'standby'
}

/** Who votes and how they are, by the word of the active server. Without a token that may ask it, nothing is known of the group: then it counts as silent. */
async function groupSeen(api: VaultApi, nodes: readonly VaultNode[]): Promise<Partial<ServerLook>> {
  const [configuration, autopilot] = await Promise.all([
    api.get('/v1/sys/storage/raft/configuration', configurationReply),
    api.get('/v1/sys/storage/raft/autopilot/state', autopilotReply),
  ])
  if (!configuration.ok) {
    // Seconds after an election a standby still asks the one that was active before.
    if (configuration.status >= 500 || configuration.status === 0) return {}
    return { answers: false, problem: `it does not say who votes: ${configuration.problem}` }
  }
  const { servers } = configuration.value.data.config
  const raft = servers.map(({ node_id: ID, address: Address, leader: Leader, voter: Voter }) => ({
    ID,
    Node: serverAt(nodes, Address) ?? ID,
    Address,
    Leader,
    Voter,
  }))
  const leader = servers.find((server) => server.leader)?.address ?? ''
  const peers = servers.filter(({ voter }) => voter).map((server) => server.address)
  const health = autopilot.ok ? healthFrom(autopilot.value.data, nodes) : undefined
  return { leader, peers, raft, ...(health && { health }) }
}

type Autopilot = (typeof autopilotReply)['_output']['data']

function healthFrom(
  { healthy, failure_tolerance: tolerance, servers }: Autopilot,
  nodes: readonly VaultNode[],
): HealthReply {
  return {
    Healthy: healthy,
    FailureTolerance: tolerance,
    Servers: Object.values(servers).map((server) => ({
      ID: server.id,
      Name: serverAt(nodes, server.address) ?? server.id,
      Address: server.address,
      SerfStatus: server.node_status,
      Version: server.version,
      Leader: server.status === 'leader',
      LastIndex: server.last_index,
      Healthy: server.healthy,
      Voter: server.status === 'leader' || server.status === 'voter',
      StableSince: server.stable_since,
    })),
  }
}

/** Asks all servers at once. */
export function askServers(
  link: NodeLink,
  servers: readonly VaultNode[],
  nodes: readonly VaultNode[],
  access: Access,
): Promise<readonly ServerLook[]> {
  return Promise.all(servers.map((server) => askServer(link, server, nodes, access)))
}

/** The server that is active, by its own word. */
export function activeAmong(looks: readonly ServerLook[]): ServerLook | undefined {
  return looks.find(({ state }) => state === 'active')
}

/** Is it known of this server who the others are? By its own word, or beforehand. */
export function knowsGroup(look: ServerLook | undefined, { members }: Pick<Access, 'members'>): boolean {
  return look !== undefined && (look.raft !== undefined || members !== undefined)
}

/** Is the server on this node one of the consensus, by the word of the active one? */
export function peerOn(
  active: ServerLook,
  node: Pick<VaultNode, 'address'>,
): NonNullable<ServerLook['raft']>[number] | undefined {
  const address = clusterAddress(node)
  return active.raft?.find((server) => server.Address === address)
}
