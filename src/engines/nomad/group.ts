/** The servers as a consensus group: what each of them sees of it, and how one of them leaves. */
import { randomUUID } from 'node:crypto'
import { poll, type Answer } from '../../support/poll.ts'
import { reasonOf } from '../../support/reason.ts'
import { serverAt } from '../autopilot/address-text.ts'
import { raftReply, type RaftServer } from '../autopilot/replies.ts'
import { memberAnswer } from '../autopilot/server-view.ts'
import type { NodeLink, RaftGroup } from '../contract.ts'
import { granted } from '../steps/reply.ts'
import { withApi, type NomadApi } from './api.ts'
import { askServer } from './ask-server.ts'
import { ENGINE, nodeOf, SERVER_UNIT, stateFiles } from './names.ts'
import { anything } from './replies.ts'
import { hasReturned } from './returned.ts'
import { serverAccess, type ManagementAccess, type NomadNode, type Region } from './setup.ts'

/** The servers and how to ask them. */
export interface GroupParts {
  readonly region: Region
  /** All nodes of the cluster: a server that is to be none any more is one of them, or a stranger. */
  readonly nodes: readonly NomadNode[]
  readonly access: ManagementAccess
}

/** A full restart of three slow boards takes half a minute, and a snapshot must be read from the card before. */
const PATIENCE_SECONDS = 180
const ELECTION_SECONDS = 30

/** The group of the servers. */
export function nomadGroup(parts: GroupParts): RaftGroup {
  const { region, nodes, access } = parts
  return {
    name: ENGINE,
    wanted: region.servers.map(({ name }) => name),
    interruptedBy: (address) => address === `service:${SERVER_UNIT}`,
    joins: 'by-itself',
    ask: async (link, node) => memberAnswer(nodes, await askServer(link, node, access, region.name)),
    proven: (link, node, since) => hasReturned(region, access, link, node, since),
    leave: (link, node, how) => leave(parts, link, node, how),
    patienceSeconds: PATIENCE_SECONDS,
  }
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
  // The consensus knows a server by this id: a new member gets a new one.
  await link.put(node, stateFiles.nodeId(parts.region.dataFolder), randomUUID())
}

/** Takes the vote of the server on this node away, if it has one, through another one. */
async function removePeer(
  { region, nodes, access }: GroupParts,
  link: NodeLink,
  node: string,
): Promise<void> {
  const { name } = await askServer(link, node, access, region.name)
  const isOn = (server: RaftServer): boolean =>
    nodeOf(server.Node, region.name) === (name ?? node) || serverAt(nodes, server.Address) === node
  const others = region.servers.filter((server) => server.name !== node).map((server) => server.name)
  // After an election a server may for a moment still hand what it is asked to the one that led before.
  const { passed, detail } = await poll(throughAny, { patienceSeconds: ELECTION_SECONDS })
  if (!passed) throw new Error(`${node} keeps its vote: ${detail}`)

  async function throughAny(): Promise<Answer> {
    const problems: string[] = []
    for (const through of others) {
      try {
        await withApi(link, through, serverAccess(access), (api) => removeThrough(api, isOn))
        return { passed: true, detail: '' }
      } catch (error) {
        problems.push(`${through}: ${reasonOf(error)}`)
      }
    }
    return { passed: false, detail: problems.join('; ') || 'there is no other server' }
  }
}

async function removeThrough(api: NomadApi, isOn: (server: RaftServer) => boolean): Promise<void> {
  const path = '/v1/operator/raft'
  const { Servers } = granted('reading who votes', await api.get(`${path}/configuration`, raftReply))
  for (const { ID } of Servers.filter(isOn)) {
    granted('taking its vote', await api.send('DELETE', `${path}/peer?id=${ID}`, anything))
  }
}
