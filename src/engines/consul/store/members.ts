/** Members whose nodes left the cluster file: Consul would list them as failed for three days. */
import type { ClusterDifference } from '../../contract.ts'
import type { ConsulApi } from '../api.ts'
import type { ConsulNode } from '../setup.ts'
import { ALIVE, anything, LEFT, membersReply } from '../replies.ts'
import type { Owned } from '../../steps/owned.ts'
import { type Shelf, type Step } from '../../steps/step.ts'
import { granted, Refused } from '../../steps/reply.ts'

const KIND = 'consul-member'
/** Before the tokens go, while the node's name still says whose member it was. */
const STAGE = 45
/** A member that was stopped is noticed within seconds; on a slow and busy network it takes longer. */
const NOTICED_SECONDS = 45
const PAUSE_MILLISECONDS = 500

/** Address of a member, from its node's name. */
export function memberAddress(node: string): string {
  return `${KIND}:${node}`
}

/**
 * The shelf of members: it makes none, and removes those that were ours and are wanted no longer. `nodes` are all nodes of the cluster file:
 * who lives on another computer is told about and left alone, because nobody here can end it, and it would come back at once.
 */
export function memberShelf(wanted: readonly ConsulNode[], nodes: readonly ConsulNode[]): Shelf<ConsulApi> {
  const addresses = new Set(wanted.map(({ name }) => memberAddress(name)))
  const known = new Set(nodes.map(({ name }) => name))
  return {
    kind: KIND,
    async steps(api, owned) {
      const gone = unwanted(owned, addresses)
      if (api === undefined || gone.length === 0) return []
      const members = await listMembers(api)
      return gone.flatMap((name) => {
        const member = members.find(({ Name, Status }) => Name === name && Status !== LEFT)
        if (member === undefined) return []
        const now = wanted.find(({ address }) => address === member.Addr)?.name
        if (now !== undefined) return [renameStep(name, now)]
        return member.Status === ALIVE && !known.has(name) ? [] : [removeStep(name)]
      })
    },
  }
}

function unwanted({ things }: Owned, wanted: ReadonlySet<string>): readonly string[] {
  return Object.keys(things)
    .filter((address) => address.startsWith(memberAddress('')) && !wanted.has(address))
    .map((address) => address.slice(memberAddress('').length))
}

async function listMembers(api: ConsulApi) {
  return granted('listing the members', await api.get('/v1/agent/members', membersReply))
}

function removeStep(name: string): Step<ConsulApi> {
  const address = memberAddress(name)
  return forgetStep(name, {
    address,
    action: 'remove',
    reason: 'the node has no agent any more',
    differences: [],
  })
}

/** The same computer under another name: the old one is forgotten once the new one is there. */
function renameStep(name: string, now: string): Step<ConsulApi> {
  return forgetStep(name, {
    address: memberAddress(now),
    action: 'update',
    reason: 'its node has another name now',
    differences: [{ field: 'name', is: name, wanted: now }],
  })
}

function forgetStep(name: string, difference: ClusterDifference): Step<ConsulApi> {
  return {
    stage: STAGE,
    difference,
    // A member that got another name is owned by that one from now on.
    forgets: memberAddress(name),
    run: async (api) => {
      await untilGone(api, name)
      const what = `removing the member ${name}`
      granted(what, await api.send('PUT', `/v1/agent/force-leave/${name}?prune`, anything))
      return undefined
    },
  }
}

/** Whoever lives would come back at once. */
async function untilGone(api: ConsulApi, name: string): Promise<void> {
  const until = Date.now() + NOTICED_SECONDS * 1000
  for (;;) {
    const members = await listMembers(api)
    if (!members.some(({ Name, Status }) => Name === name && Status === ALIVE)) return
    if (Date.now() > until) {
      const problem = `its agent still runs; look at it with bramble ssh ${name}, then run bramble apply again`
      throw new Refused(`the member ${name}`, { status: 0, problem })
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
  }
}
