/** The gate of a server: what must hold before its turn counts as done. */
import { serverAt } from '../autopilot/address-text.ts'
import { counted } from '../autopilot/counted.ts'
import type { Verdict } from '../autopilot/judge.ts'
import { votersOf } from '../autopilot/server-view.ts'
import type { Gate, NodeLink } from '../contract.ts'
import { askServer } from './ask-server.ts'
import type { ManagementAccess } from './management.ts'
import { ENGINE } from './names.ts'
import type { ConsulNode } from './setup.ts'

/** A board that starts for the first time has much to do besides. */
const PATIENCE_SECONDS = 120

const not = (detail: string): Verdict => ({ passed: false, detail })

/** The server sees a leader and votes. The others have gates of their own; who is down for good must not fail this one. */
export function serverGate(node: string, servers: readonly ConsulNode[], access: ManagementAccess): Gate {
  return {
    name: 'consul: voter with a leader',
    node,
    engine: ENGINE,
    patienceSeconds: PATIENCE_SECONDS,
    ask: (link) => askServerGate(link, node, servers, access),
  }
}

async function askServerGate(
  link: NodeLink,
  node: string,
  servers: readonly ConsulNode[],
  access: ManagementAccess,
): Promise<Verdict> {
  const view = await askServer(link, node, access)
  if (!view.answers) return not(`${node} does not answer: ${view.problem}`)
  if (view.leader === '') return not(`${node} sees no leader`)
  const voters = votersOf(view, servers)
  if (!voters.includes(node)) return not(`${node} does not vote yet`)
  const leader = serverAt(servers, view.leader) ?? view.leader
  return { passed: true, detail: `${counted(voters.length, 'voter')}, led by ${leader}` }
}
