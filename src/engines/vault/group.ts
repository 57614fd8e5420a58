/** The servers as a consensus group: what each of them sees of it, and how one of them leaves. */
import { poll, type Answer } from '../../support/poll.ts'
import { reasonOf } from '../../support/reason.ts'
import { memberAnswer } from '../autopilot/server-view.ts'
import { UNIT as CONSUL_UNIT } from '../consul/names.ts'
import type { NodeLink, RaftGroup } from '../contract.ts'
import { activeAmong, askServer, askServers, peerOn } from './ask-server.ts'
import { removePeer, type Servers } from './bring-in.ts'
import { ENGINE, UNIT } from './names.ts'
import type { VaultOptions } from './options.ts'
import { hasReturned, type Marks } from './returned.ts'
import type { VaultNode } from './setup.ts'

/** A server on a slow card reads a snapshot before it answers; then it is opened, and has to be stable for ten seconds until it votes. */
const PATIENCE_SECONDS = 180
const ELECTION_SECONDS = 30

/** What takes a server out of service: its own change, and that of the agent through which it has its data. */
export function interrupts({ storage }: Pick<VaultOptions, 'storage'>): (address: string) => boolean {
  const units = storage === 'consul' ? [UNIT, CONSUL_UNIT] : [UNIT]
  return (address) => units.some((unit) => address === `service:${unit}`)
}

/** The group of the servers. They are opened and taken in by the controller, so members join with the store. */
export function vaultGroup(servers: Servers): RaftGroup {
  const { group, nodes, access } = servers
  const marks: Marks = new Map()
  return {
    name: ENGINE,
    wanted: group.servers.map(({ name }) => name),
    interruptedBy: interrupts(group.options),
    joins: 'with-the-store',
    ...(group.options.storage === 'consul' && { decides: 'any-one' as const }),
    ask: async (link, node) =>
      memberAnswer(nodes, await askServer(link, nodeNamed(nodes, node), nodes, access)),
    proven: (link, node, since) => hasReturned(servers, link, { node, since, marks }),
    leave: (link, node) => leave(servers, link, node),
    patienceSeconds: PATIENCE_SECONDS,
  }
}

function nodeNamed(nodes: readonly VaultNode[], name: string): VaultNode {
  const found = nodes.find((node) => node.name === name)
  if (found === undefined) throw new Error(`there is no node ${name}`)
  return found
}

/** Takes the vote of the server on this node away, if it has one, through the one that is active. */
async function leave({ group, nodes, access }: Servers, link: NodeLink, node: string): Promise<void> {
  // There is no vote: whoever stops gives its lock back.
  if (access.members !== undefined) return
  const leaving = nodeNamed(nodes, node)
  const all = [...group.servers.filter(({ name }) => name !== node), leaving]
  const { passed, detail } = await poll(takeAway, { patienceSeconds: ELECTION_SECONDS })
  if (!passed) throw new Error(`${node} keeps its vote: ${detail}`)

  async function takeAway(): Promise<Answer> {
    const active = activeAmong(await askServers(link, all, nodes, access))
    if (active === undefined) return { passed: false, detail: 'no server is active' }
    if (active.raft === undefined) return { passed: false, detail: active.problem || 'nobody says who votes' }
    const peer = peerOn(active, leaving)
    if (peer === undefined) return { passed: true, detail: '' }
    try {
      await removePeer(link, active.node, access, peer.ID)
      return { passed: true, detail: '' }
    } catch (error) {
      return { passed: false, detail: reasonOf(error) }
    }
  }
}
