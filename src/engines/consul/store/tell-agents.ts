/** Tells agents that their tokens may do something else now. */
import type { NodeLink } from '../../contract.ts'
import { withApi, type TokenAccess, type ConsulApi } from '../api.ts'
import { anything } from '../replies.ts'
import { inBatches } from '../../steps/step.ts'

/** An agent, and its own token: whatever a node is asked with, it learns. */
export interface ToldAgent {
  readonly node: string
  readonly access: TokenAccess
}

const AGENTS_AT_A_TIME = 8
/** Longer than an old client believes that there is no such token (`token_ttl`). */
const PATIENCE_SECONDS = 8
const PAUSE_MILLISECONDS = 250

/**
 * What was refused to an agent it tries again within two minutes only (anti-entropy marks what was denied as done). When its own
 * token changes it does so at once, so that is taken away and given back. Who does not answer finds out by itself.
 */
export async function tellAgents(link: NodeLink, told: readonly ToldAgent[]): Promise<void> {
  await inBatches(told, AGENTS_AT_A_TIME, ({ node, access }) =>
    withApi(link, node, access, (api) => giveAnew(api, access.token)),
  )
}

async function giveAnew(api: ConsulApi, secretId: string): Promise<void> {
  if (!(await untilGranted(api, ''))) return
  await untilGranted(api, secretId)
}

/** Whether the agent took the token; asked again while it does not know the one that it is asked with. */
async function untilGranted(api: ConsulApi, Token: string): Promise<boolean> {
  const until = Date.now() + PATIENCE_SECONDS * 1000
  for (;;) {
    const reply = await api.send('PUT', '/v1/agent/token/agent', anything, { json: { Token } })
    if (reply.ok) return true
    if (reply.status !== 403 || Date.now() > until) return false
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
  }
}
