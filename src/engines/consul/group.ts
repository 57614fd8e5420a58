/** The servers as a consensus group: what each of them sees of it, and how one of them leaves. */
import { randomUUID } from 'node:crypto'
import type { MemberAnswer, NodeLink, Peer, RaftGroup } from '../contract.ts'
import { askServer, type ServerView } from './ask-server.ts'
import { removePeer } from './leave.ts'
import type { ManagementAccess } from './management.ts'
import { ENGINE, stateFiles, UNIT } from './names.ts'
import type { AgentOptions } from './options.ts'
import type { RaftServer } from './replies.ts'
import { hasReturned } from './returned.ts'
import { serverAt, type ConsulNode } from './setup.ts'

/** The servers and how to ask them. */
export interface GroupParts {
  /** Those that are to be servers. */
  readonly servers: readonly ConsulNode[]
  /** All nodes of the cluster: a server that is to be none any more is one of them, or a stranger. */
  readonly nodes: readonly ConsulNode[]
  readonly options: AgentOptions
  readonly dataFolder: string
  readonly access: ManagementAccess
}

/** A full restart of three slow boards takes half a minute, and a snapshot must be read from the card before. */
const PATIENCE_SECONDS = 180

/** The group of the servers. */
export function consulGroup(parts: GroupParts): RaftGroup {
  return {
    name: ENGINE,
    wanted: parts.servers.map(({ name }) => name),
    interruptedBy: (address) => address === `service:${UNIT}` || address === 'package:consul',
    joins: 'by-itself',
    ask: async (link, node) => memberAnswer(parts.nodes, await askServer(link, node, parts.access)),
    proven: (link, node, since) => hasReturned(parts, link, node, since),
    leave: (link, node, how) => leave(parts, link, node, how),
    patienceSeconds: PATIENCE_SECONDS,
  }
}

/** One server's view in the words of the contract. */
export function memberAnswer(nodes: readonly ConsulNode[], view: ServerView): MemberAnswer {
  const { node, name, answers, problem, listens, distrusted } = view
  const raft = view.raft ?? view.health?.Servers.map((server) => ({ ...server, Node: server.Name }))
  const leader = leaderName(nodes, view.leader, raft)
  return {
    node,
    answers,
    problem,
    listens,
    ...(name !== undefined && { name }),
    ...(distrusted && { distrusted }),
    ...(leader !== undefined && { leader }),
    peers: raft === undefined ? peersByAddress(nodes, view) : peersByName(nodes, raft, view),
  }
}

function peersByName(
  nodes: readonly ConsulNode[],
  raft: readonly RaftServer[],
  { health }: ServerView,
): Peer[] {
  const servers = health?.Servers ?? []
  return raft.map((server) => {
    // A leader of a few seconds has no opinion of anybody yet.
    const seen = servers.find(({ ID }) => ID === server.ID)
    const node = nodes.find(({ name }) => name === server.Node)?.name ?? serverAt(nodes, server.Address)
    return {
      name: peerName(server),
      ...(node !== undefined && { node }),
      voter: server.Voter,
      healthy: servers.length === 0 || seen?.Healthy === true,
    }
  })
}

/** Gossip may have forgotten a server that still has its vote. */
function peerName({ Node: name, Address: address }: RaftServer): string {
  return name === '' || name === '(unknown)' ? address : name
}

/** Before our token is known, the addresses of the raft configuration are all there is. */
function peersByAddress(nodes: readonly ConsulNode[], { peers }: ServerView): Peer[] {
  return peers.map((address) => {
    const node = serverAt(nodes, address)
    return { name: node ?? address, ...(node !== undefined && { node }), voter: true, healthy: true }
  })
}

function leaderName(
  nodes: readonly ConsulNode[],
  leader: string,
  raft: readonly RaftServer[] | undefined,
): string | undefined {
  if (leader === '') return undefined
  const server = raft?.find(({ Address }) => Address === leader)
  return server ? peerName(server) : (serverAt(nodes, leader) ?? leader)
}

async function leave(
  parts: GroupParts,
  link: NodeLink,
  node: string,
  how: 'for-good' | 'to-return',
): Promise<void> {
  await removePeer(parts, link, node)
  if (how === 'for-good') return
  if (link.put === undefined) throw new Error('nothing may be written on the node')
  // Consul knows a server by this id. Under the old one, whatever takes the old name out of gossip would take the vote of the new one with it.
  await link.put(node, stateFiles.nodeId(parts.dataFolder), randomUUID())
}
