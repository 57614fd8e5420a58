/** Takes the vote of a server while it still runs, so that the others never count on it in vain. */
import { serverAt } from '../autopilot/address-text.ts'
import { raftReply, type RaftServer } from '../autopilot/replies.ts'
import type { NodeLink } from '../contract.ts'
import { withApi, type ConsulApi } from './api.ts'
import { askServer } from './ask-server.ts'
import { managementAccess, type ManagementAccess } from './management.ts'
import { anything } from './replies.ts'
import type { ConsulNode } from './setup.ts'
import { granted } from '../steps/reply.ts'
import { poll, type Answer } from '../../support/poll.ts'
import { reasonOf } from '../../support/reason.ts'

/** Who may be asked, and as whom. */
export interface LeaveParts {
  readonly servers: readonly ConsulNode[]
  readonly nodes: readonly ConsulNode[]
  readonly access: ManagementAccess
}

/** Takes the vote of the server on this node away, if it has one. Rejects with a sentence when no server does it. */
export async function removePeer(parts: LeaveParts, link: NodeLink, node: string): Promise<void> {
  const { name } = await askServer(link, node, parts.access)
  const isOn = (server: RaftServer): boolean =>
    server.Node === (name ?? node) || serverAt(parts.nodes, server.Address) === node
  const others = parts.servers.filter((server) => server.name !== node).map((server) => server.name)
  // After an election a server may for a moment still hand what it is asked to the one that led before.
  const { passed, detail } = await poll(() => removeThroughAny(others), { patienceSeconds: ELECTION_SECONDS })
  if (!passed) throw new Error(`${node} keeps its vote: ${detail}`)

  async function removeThroughAny(servers: readonly string[]): Promise<Answer> {
    const problems: string[] = []
    for (const through of servers) {
      try {
        await withApi(link, through, managementAccess(parts.access), (api) => removeThrough(api, isOn))
        return { passed: true, detail: '' }
      } catch (error) {
        problems.push(`${through}: ${reasonOf(error)}`)
      }
    }
    return { passed: false, detail: problems.join('; ') || 'there is no other server' }
  }
}

const ELECTION_SECONDS = 30

/** The leader decides, whoever is asked. */
async function removeThrough(api: ConsulApi, isOn: (server: RaftServer) => boolean): Promise<void> {
  const path = '/v1/operator/raft'
  const { Servers } = granted('reading who votes', await api.get(`${path}/configuration`, raftReply))
  for (const { ID } of Servers.filter(isOn)) {
    granted('taking its vote', await api.send('DELETE', `${path}/peer?id=${ID}`, anything))
  }
}
