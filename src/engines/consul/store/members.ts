/** Members whose nodes left the cluster file: Consul would list them as failed for three days. */
import type { ConsulApi } from '../api.ts'
import { ALIVE, anything, LEFT, membersReply } from '../replies.ts'
import type { Owned } from '../../steps/owned.ts'
import { granted, Refused, type Shelf, type Step } from '../../steps/step.ts'

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

/** The shelf of members: it makes none, and removes those that were ours and are wanted no longer. */
export function memberShelf(wanted: readonly string[]): Shelf<ConsulApi> {
  const addresses = new Set(wanted.map(memberAddress))
  return {
    kind: KIND,
    async steps(api, owned) {
      const gone = unwanted(owned, addresses)
      if (api === undefined || gone.length === 0) return []
      const members = await listMembers(api)
      return gone
        .filter((name) => members.some(({ Name, Status }) => Name === name && Status !== LEFT))
        .map(removeStep)
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
  return {
    stage: STAGE,
    difference: {
      address: memberAddress(name),
      action: 'remove',
      reason: 'the node has no agent any more',
      differences: [],
    },
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
      const problem =
        `its agent still runs, because ${name} left the cluster file with its roles. Either put ${name} back under nodes, without a role, ` +
        `run bramble apply, which takes Consul away from it, and then take it out; or stop the agent on ${name} by hand: ` +
        'sudo systemctl disable --now consul'
      throw new Refused(`the member ${name}`, { status: 0, problem })
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
  }
}
