/** Makes one server take part: opens it when it is sealed, and lets it join the others when it is new. */
import type { NodeLink } from '../contract.ts'
import type { Verdict } from '../autopilot/judge.ts'
import { granted, Refused } from '../steps/reply.ts'
import { withApi, type VaultApi } from './api.ts'
import { activeAmong, askServer, askServers, peerOn, type ServerLook } from './ask-server.ts'
import { secretNames } from './names.ts'
import { anything, joinReply, unsealReply } from './replies.ts'
import { apiAddress, type Access, type Group, type VaultNode } from './setup.ts'

/** The servers and how to ask them. */
export interface Servers {
  readonly group: Group
  /** All nodes of the cluster: a server that is to be none any more is one of them, or a stranger. */
  readonly nodes: readonly VaultNode[]
  readonly access: Access
}

const not = (detail: string): Verdict => ({ passed: false, detail })

/** Does what is next for the server of a node, and says whether it serves. Safe to repeat. */
export async function bringIn(servers: Servers, link: NodeLink, node: VaultNode): Promise<Verdict> {
  const { nodes, access } = servers
  const look = await askServer(link, node, nodes, access)
  switch (look.state) {
    case 'silent':
      return not(`${node.name} does not answer: ${look.problem}`)
    case 'removed':
      return not(`${node.name} was taken out of the group and still has the data of before`)
    case 'new':
      // What one begins in Consul, all have begun.
      if (access.members !== undefined) return not(`${node.name} finds no Vault in Consul`)
      return join(servers, link, node)
    case 'sealed':
      return unseal(servers, link, node.name)
    case 'cut-off':
      return not(`${node.name} does not reach the server that is active`)
    default:
      return look.answers ? { passed: true, detail: `${node.name} is ${look.state}` } : not(look.problem)
  }
}

/** Opens a sealed server with the kept shares. */
export function unseal(
  { access, group }: Pick<Servers, 'access' | 'group'>,
  link: NodeLink,
  node: string,
): Promise<Verdict> {
  return withApi(link, node, access, async (api) => {
    const { shares } = access.keys()
    const { threshold, generation } = group.options
    if (shares.length < threshold) return not(noShares(node, shares.length, threshold, generation))
    // Somebody may have begun with shares of something else, and what is begun counts.
    await api.send('PUT', '/v1/sys/unseal', anything, { reset: true })
    const problem = await give(api, shares)
    return problem === undefined ? { passed: true, detail: `${node} is open` } : not(`${node}: ${problem}`)
  })
}

/** Gives one share after the other until it is open; gives what is wrong when it is not. */
async function give(api: VaultApi, shares: readonly string[]): Promise<string | undefined> {
  for (const key of shares) {
    const reply = await api.send('PUT', '/v1/sys/unseal', unsealReply, { key })
    if (!reply.ok) return `it does not take the kept shares: ${reply.problem}`
    if (!reply.value.sealed) return undefined
  }
  return 'it is still sealed after all shares that are kept'
}

function noShares(node: string, kept: number, needed: number, generation: number): string {
  const first = secretNames.share(generation, 1)
  return `${node} is sealed, and ${kept} of the ${needed} shares that it takes are kept: bring them back with  bramble secrets import ${first}`
}

/**
 * Lets a new server join through the one that is active. Whoever has the same address in the consensus has lost its data: it is taken out
 * first, because a member that others count and that does not count itself never comes back. Joining ends with the shares.
 */
async function join(servers: Servers, link: NodeLink, node: VaultNode): Promise<Verdict> {
  const { group, nodes, access } = servers
  const looks = await askServers(link, group.servers, nodes, access)
  const active = activeAmong(looks)
  const through = group.servers.find(({ name }) => name === active?.node)
  if (active === undefined || through === undefined)
    return not(`${node.name} has nobody to join: none is active`)
  try {
    await takeOut(servers, link, active, node)
    await withApi(link, node.name, access, async (api) => {
      const asked = {
        leader_api_addr: apiAddress(through),
        leader_ca_cert: access.authorityPem,
        retry: false,
      }
      granted('joining', await api.send('POST', '/v1/sys/storage/raft/join', joinReply, asked))
    })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return not(`${node.name}: ${error.message}`)
  }
  const opened = await unseal(servers, link, node.name)
  return opened.passed ? not(`${node.name} has joined, and reads what the others have`) : opened
}

async function takeOut(
  { access }: Servers,
  link: NodeLink,
  active: ServerLook,
  node: VaultNode,
): Promise<void> {
  const lost = peerOn(active, node)
  if (lost === undefined) return
  await removePeer(link, active.node, access, lost.ID)
}

/** Takes a vote away, through a server that is open. */
export function removePeer(link: NodeLink, through: string, access: Access, id: string): Promise<void> {
  return withApi(link, through, access, async (api) => {
    const reply = await api.send('POST', '/v1/sys/storage/raft/remove-peer', anything, { server_id: id })
    granted('taking its vote', reply)
  })
}
