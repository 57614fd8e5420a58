/** Whether a server takes part: open, in the consensus by the word of both sides, and proven by a write that reached it. */
import { isIP } from 'node:net'
import { counted } from '../autopilot/counted.ts'
import { judge, type Verdict } from '../autopilot/judge.ts'
import { votersOf } from '../autopilot/server-view.ts'
import type { Gate, NodeLink } from '../contract.ts'
import { withApi, type VaultApi } from './api.ts'
import { askServer, type ServerLook } from './ask-server.ts'
import { bringIn, type Servers } from './bring-in.ts'
import { ENGINE } from './names.ts'
import { anything, leaderReply } from './replies.ts'

/** A board that starts for the first time has much to do besides. */
const PATIENCE_SECONDS = 120

const not = (detail: string): Verdict => ({ passed: false, detail })

/** The server is open and votes. The others have gates of their own; who is down for good must not fail this one. */
export function serverGate(servers: Servers, node: string): Gate {
  return {
    name: 'vault: open, and voter',
    node,
    engine: ENGINE,
    patienceSeconds: PATIENCE_SECONDS,
    ask: (link) => takesPart(servers, link, node),
  }
}

async function takesPart({ group, nodes, access }: Servers, link: NodeLink, node: string): Promise<Verdict> {
  const server = group.servers.find(({ name }) => name === node)
  if (server === undefined) return not(`${node} is to be no server`)
  const look = await askServer(link, server, nodes, access)
  if (!look.answers) return not(`${node} does not answer: ${look.problem}`)
  if (look.state !== 'active' && look.state !== 'standby') return not(`${node} is ${look.state}`)
  if (look.leader === '') return not(`${node} sees nobody who is active`)
  const voters = votersOf(look, group.servers)
  if (!voters.includes(node)) return not(`${node} does not vote yet`)
  const what = access.members === undefined ? 'voter' : 'server'
  return { passed: true, detail: `${node} is ${look.state}, one of ${counted(voters.length, what)}` }
}

/** Indexes of the consensus that servers have to reach, by node and moment: what is asked again must not have to reach more each time. */
export type Marks = Map<string, number>

/**
 * Opens the server of a node that was restarted, and proves that it is back. Autopilot's opinion is seconds old, so something is written through
 * the server, which is also a request that an audit device has to take, and the server itself must have applied it.
 */
export async function hasReturned(
  servers: Servers,
  link: NodeLink,
  { node, since, marks }: { readonly node: string; readonly since: Date; readonly marks: Marks },
): Promise<Verdict> {
  const { group, nodes, access } = servers
  const server = group.servers.find(({ name }) => name === node)
  if (server === undefined) return not(`${node} is to be no server`)
  const opened = await bringIn(servers, link, server)
  if (!opened.passed) return opened
  const key = `${node} ${since.toISOString()}`
  const mark = marks.get(key) ?? (await withApi(link, node, access, (api) => markIndex(api, node, since)))
  if (typeof mark === 'string') return not(mark)
  marks.set(key, mark)
  const look = await askServer(link, server, nodes, access)
  if (access.members !== undefined) return servesAgain(look)
  if (look.health === undefined) return not(`${node} has no word of the others: ${look.problem}`)
  if (look.applied < mark) return not(`${node} has not read all that was written`)
  const address = isIP(server.address) > 0 ? server.address : undefined
  return judge(look.health, { name: node, address }, mark)
}

/** What was written went into Consul, through whoever is active: there is nothing for the server itself to catch up with. */
function servesAgain({ node, state, leader }: ServerLook): Verdict {
  const serves = (state === 'active' || state === 'standby') && leader !== ''
  return {
    passed: serves,
    detail: serves ? `${node} is ${state}, and a write went through it` : `${node} is ${state}`,
  }
}

/** What a token keeps for itself: every token has such a place, and it goes through the consensus like all else (its page "Cubbyhole secrets engine"). */
const MARK = '/v1/cubbyhole/bramble-returned'

/** Index of the consensus after a write through this server, or what went wrong. */
async function markIndex(api: VaultApi, node: string, since: Date): Promise<number | string> {
  const written = await api.send('POST', `${MARK}-${node}`, anything, { at: since.toISOString() })
  if (!written.ok) return `${node} cannot write: ${written.problem}`
  const leader = await api.get('/v1/sys/leader', leaderReply)
  return leader.ok ? leader.value.raft_committed_index : `${node} does not say where it is: ${leader.problem}`
}
