/** The servers as a consensus group: what each of them sees of it, and how one of them leaves. */
import { poll, type Answer } from '../../support/poll.ts'
import { reasonOf } from '../../support/reason.ts'
import { memberAnswer } from '../autopilot/server-view.ts'
import type { NodeLink, RaftGroup } from '../contract.ts'
import { activeAmong, askServer, askServers, peerOn } from './ask-server.ts'
import { removePeer, type Servers } from './bring-in.ts'
import { ENGINE, UNIT } from './names.ts'
import { hasReturned, type Marks } from './returned.ts'

/** A server on a slow card reads a snapshot before it answers; then it is opened, and has to be stable for ten seconds until it votes. */
const PATIENCE_SECONDS = 180
const ELECTION_SECONDS = 30

/** The group of the servers. They are opened and taken in by the controller, so members join with the store. */
export function vaultGroup(servers: Servers): RaftGroup {
  const { group, nodes, access } = servers
  const marks: Marks = new Map()
  return {
    name: ENGINE,
    wanted: group.servers.map(({ name }) => name),
    interruptedBy: (address) => address === `service:${UNIT}`,
    joins: 'with-the-store',
    ask: async (link, node) => {
      const asked = nodes.find(({ name }) => name === node)
      if (asked === undefined) throw new Error(`there is no node ${node}`)
      return memberAnswer(nodes, await askServer(link, asked, nodes, access))
    },
    proven: (link, node, since) => hasReturned(servers, link, { node, since, marks }),
    leave: (link, node) => leave(servers, link, node),
    patienceSeconds: PATIENCE_SECONDS,
  }
}

/** Takes the vote of the server on this node away, if it has one, through the one that is active. */
async function leave({ group, nodes, access }: Servers, link: NodeLink, node: string): Promise<void> {
  const leaving = nodes.find(({ name }) => name === node)
  if (leaving === undefined) throw new Error(`there is no node ${node}`)
  const { passed, detail } = await poll(takeAway, { patienceSeconds: ELECTION_SECONDS })
  if (!passed) throw new Error(`${node} keeps its vote: ${detail}`)

  async function takeAway(): Promise<Answer> {
    const all = [
      ...new Map(
        [...group.servers, leaving as (typeof nodes)[number]].map((one) => [one.name, one]),
      ).values(),
    ]
    const active = activeAmong(await askServers(link, all, nodes, access))
    if (active === undefined) return { passed: false, detail: 'no server is active' }
    if (active.raft === undefined) return { passed: false, detail: active.problem || 'nobody says who votes' }
    const peer = peerOn(active, leaving as (typeof nodes)[number])
    if (peer === undefined) return { passed: true, detail: '' }
    try {
      await removePeer(link, active.node, access, peer.ID)
      return { passed: true, detail: '' }
    } catch (error) {
      return { passed: false, detail: reasonOf(error) }
    }
  }
}
