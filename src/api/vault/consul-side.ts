/** What a move of Vault needs of Consul: rights for the servers, and a look at what lies below a path. */
import { z } from 'zod'
import { withApi, type ConsulApi } from '../../engines/consul/api.ts'
import { SERVER_ROLE } from '../../engines/consul/datacenter.ts'
import { managementAccess } from '../../engines/consul/management.ts'
import { ENGINE } from '../../engines/consul/names.ts'
import { managementOf } from '../../engines/consul/role-parts.ts'
import { anything } from '../../engines/consul/replies.ts'
import type { ClusterOutcome, Handover, NodeLink } from '../../engines/contract.ts'
import { granted, grantedOrMissing } from '../../engines/steps/reply.ts'
import { secretNames } from '../../engines/vault/names.ts'
import type { ConsulSide } from '../../engines/vault/move/move.ts'
import { poll } from '../../support/poll.ts'
import type { Prepared } from '../run/prepare.ts'

const RIGHTS_SECONDS = 60
const keysReply = z.array(z.string())

/** Consul offers nothing. */
const NOTHING: Handover = {
  missing: () => [],
  ask: () => Promise.reject(new Error('Consul is asked for nothing')),
  forget: () => Promise.resolve(),
  keep: () => Promise.resolve(),
}

/** The Consul of a cluster whose Vault lies there, or is to. */
export function consulSide(link: NodeLink, prepared: Prepared): ConsulSide {
  const { provisions, resolved, engines } = prepared
  const [server] = resolved.cluster.find(SERVER_ROLE)
  if (server === undefined) throw new Error('the cluster file has no server of Consul')
  const access = managementOf(provisions.secrets)
  const asked = <Value>(use: (api: ConsulApi) => Promise<Value>): Promise<Value> =>
    withApi(link, server.name, managementAccess(access), use)
  const token = (node: string): string => provisions.secrets.token(secretNames.consulToken(node)).secretId
  return {
    authorityPem: access.authorityPem,
    token,
    letIn: async (node) => {
      const store = engines.stores.find(({ name }) => name === ENGINE)
      const failed: ClusterOutcome[] = []
      await store?.converge(
        link,
        server.name,
        (one) => one.failure !== undefined && failed.push(one),
        NOTHING,
      )
      const [first] = failed
      if (first !== undefined) throw new Error(`${first.address}: ${first.failure}`)
      await known(link, node, { authorityPem: access.authorityPem, token: token(node) })
    },
    holds: (path) =>
      asked(async (api) => {
        const reply = await api.get(`/v1/kv/${path}?keys`, keysReply)
        return grantedOrMissing(`looking below ${path}`, reply)?.length ?? 0
      }),
    clear: (path) =>
      asked(async (api) => {
        granted(`clearing ${path}`, await api.send('DELETE', `/v1/kv/${path}?recurse`, anything))
      }),
  }
}

/** The agent of a node believes for seconds that it does not know a token that was made a moment ago. */
async function known(link: NodeLink, node: string, access: Parameters<typeof withApi>[2]): Promise<void> {
  const { passed, detail } = await poll(
    () =>
      withApi(link, node, access, async (api) => {
        const reply = await api.get('/v1/acl/token/self', anything)
        return { passed: reply.ok, detail: reply.ok ? '' : reply.problem }
      }),
    { patienceSeconds: RIGHTS_SECONDS },
  )
  if (!passed) throw new Error(`${node}: Consul does not let Vault in: ${detail}`)
}
