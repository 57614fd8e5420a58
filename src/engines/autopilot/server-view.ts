/** What one server says of its group, and the same in the words of the contract. */
import type { MemberAnswer, Peer } from '../contract.ts'
import { serverAt, type Addressed } from './address-text.ts'
import type { HealthReply, RaftServer } from './replies.ts'

/** One server's view. */
export interface ServerView {
  readonly node: string
  /** False when nothing came back; `problem` says why. */
  readonly answers: boolean
  readonly problem: string
  /** It shows a certificate that cannot be believed: leader and peers are what the node said without one. */
  readonly distrusted?: true
  /** Something takes connections there, whatever it answers: a server whose certificate nobody can verify serves all the same. */
  readonly listens: boolean
  /** `address:port`; empty when it sees none (which is an answer, with status 200). */
  readonly leader: string
  /** `address:port` of the raft configuration; empty until the group has formed for the first time. */
  readonly peers: readonly string[]
  /** What the server calls itself; left out before our token is known. */
  readonly name?: string
  /** The raft configuration with names and votes; left out before our token is known. */
  readonly raft?: readonly RaftServer[]
  /** Left out without a leader, and before our token is known. */
  readonly health?: HealthReply
}

/** One server's view in the words of the contract. */
export function memberAnswer(nodes: readonly Addressed[], view: ServerView): MemberAnswer {
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
  nodes: readonly Addressed[],
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
function peersByAddress(nodes: readonly Addressed[], { peers }: ServerView): Peer[] {
  return peers.map((address) => {
    const node = serverAt(nodes, address)
    return { name: node ?? address, ...(node !== undefined && { node }), voter: true, healthy: true }
  })
}

function leaderName(
  nodes: readonly Addressed[],
  leader: string,
  raft: readonly RaftServer[] | undefined,
): string | undefined {
  if (leader === '') return undefined
  const server = raft?.find(({ Address }) => Address === leader)
  return server ? peerName(server) : (serverAt(nodes, leader) ?? leader)
}

/** Names of those that vote: by autopilot where it has an opinion, else by the addresses of the raft configuration. */
export function votersOf({ health, peers }: ServerView, servers: readonly Addressed[]): readonly string[] {
  if (health === undefined || health.Servers.length === 0) {
    return peers.map((peer) => serverAt(servers, peer) ?? peer)
  }
  return health.Servers.filter(({ Voter }) => Voter).map(({ Name }) => Name)
}
