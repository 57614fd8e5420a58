/** Whether a server takes part: after its first start, and again after a restart, proven by a write that reached it. */
import { isIP } from 'node:net'
import { serverAt } from '../autopilot/address-text.ts'
import { counted } from '../autopilot/counted.ts'
import { judge, type Verdict } from '../autopilot/judge.ts'
import { votersOf } from '../autopilot/server-view.ts'
import type { Gate, NodeLink } from '../contract.ts'
import { withApi, type NomadApi } from './api.ts'
import { askServer, healthOf } from './ask-server.ts'
import { standing } from './management.ts'
import { ENGINE, returnedPath } from './names.ts'
import { variableReply } from './replies.ts'
import { serverAccess, type ManagementAccess, type Region } from './setup.ts'

/** A board that starts for the first time has much to do besides. */
const PATIENCE_SECONDS = 120

const not = (detail: string): Verdict => ({ passed: false, detail })

/** The server sees a leader and votes. The others have gates of their own; who is down for good must not fail this one. */
export function serverGate(node: string, region: Region, access: ManagementAccess): Gate {
  return {
    name: 'nomad: voter with a leader',
    node,
    engine: ENGINE,
    patienceSeconds: PATIENCE_SECONDS,
    ask: (link) => takesPart(link, node, region, access),
  }
}

async function takesPart(
  link: NodeLink,
  node: string,
  region: Region,
  access: ManagementAccess,
): Promise<Verdict> {
  const view = await askServer(link, node, access, region.name)
  if (!view.answers) return not(`${node} does not answer: ${view.problem}`)
  if (view.leader === '') return not(`${node} sees no leader`)
  const voters = votersOf(view, region.servers)
  if (!voters.includes(node)) return not(`${node} does not vote yet`)
  const leader = serverAt(region.servers, view.leader) ?? view.leader
  return { passed: true, detail: `${counted(voters.length, 'voter')}, led by ${leader}` }
}

/**
 * Autopilot's opinion is seconds old, and right after a restart it still speaks of the process that is gone. So a variable is written through
 * the restarted server, and autopilot must have seen it there. It is encrypted on the way, so the server's keyring works, too.
 */
export async function hasReturned(
  region: Region,
  access: ManagementAccess,
  link: NodeLink,
  node: string,
  since: Date,
): Promise<Verdict> {
  const server = region.servers.find(({ name }) => name === node)
  if (server === undefined) return not(`${node} is to be no server`)
  return withApi(link, node, serverAccess(access), async (api) => {
    const state = await standing(api)
    if (state.kind === 'no-answer') return not(`${node} does not serve: ${state.problem}`)
    if (state.kind === 'unknown') {
      // It may only be behind: then it is not back. Where no server knows the token, nobody has set the access rules up.
      const knows = await whoKnowsUs(region, access, link, node)
      return knows === undefined
        ? takesPart(link, node, region, access)
        : not(`${node} does not know our token, which ${knows} knows`)
    }
    const mark = await markIndex(api, node, since)
    if (typeof mark === 'string') return not(mark)
    const health = await healthOf(api, region.name)
    if (!health.ok) return not(`${node} has no word of the leader: ${health.problem}`)
    const address = isIP(server.address) > 0 ? server.address : undefined
    return judge(health.value, { name: node, address }, mark)
  })
}

/** Another server that knows our token. */
async function whoKnowsUs(
  { servers }: Region,
  access: ManagementAccess,
  link: NodeLink,
  node: string,
): Promise<string | undefined> {
  for (const { name } of servers) {
    if (name === node) continue
    const state = await withApi(link, name, serverAccess(access), standing)
    if (state.kind === 'known') return name
  }
  return undefined
}

/** Raft index of the variable that says "restarted at this moment", written through this server once; or what went wrong. */
async function markIndex(api: NomadApi, node: string, since: Date): Promise<number | string> {
  const path = `/v1/var/${returnedPath(node)}`
  const at = since.toISOString()
  const found = await api.get(path, variableReply)
  if (found.ok && found.value.Items?.['at'] === at) return found.value.ModifyIndex
  if (!found.ok && found.status !== 404) return `${node} cannot read: ${found.problem}`
  const written = await api.send('PUT', path, variableReply, { Items: { at } })
  return written.ok ? written.value.ModifyIndex : `${node} cannot write: ${written.problem}`
}
