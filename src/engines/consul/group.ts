/** The servers as a consensus group: what each of them sees of it, and how one of them leaves. */
import { memberAnswer } from '../autopilot/server-view.ts'
import { randomUUID } from 'node:crypto'
import type { NodeLink, RaftGroup } from '../contract.ts'
import { askServer } from './ask-server.ts'
import { removePeer } from './leave.ts'
import type { ManagementAccess } from './management.ts'
import { ENGINE, stateFiles, UNIT } from './names.ts'
import type { AgentOptions } from './options.ts'
import { hasReturned } from './returned.ts'
import type { ConsulNode } from './setup.ts'

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
