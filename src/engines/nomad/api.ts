/** Asks an agent through its HTTP API. */
import type { NodeLink } from '../contract.ts'
import { HttpsApi } from '../https-api.ts'
import { usedOnce } from '../opened-api.ts'
import { LOOPBACK_NAME } from './names.ts'

/** A question without a leader is answered after seconds. */
const REPLY_SECONDS = 20

/** What it takes to be let in. */
export interface ApiAccess {
  /** The certificate authority of Nomad, PEM. */
  readonly authorityPem: string
  /** Secret of the token to ask with; anonymous when left out. */
  readonly token?: string
  /** Port of the agent on the node's loopback. */
  readonly port: number
  /** Time for a whole answer: 20 seconds when left out. */
  readonly replySeconds?: number
}

/** One agent's API. */
export class NomadApi extends HttpsApi {
  constructor(
    link: NodeLink,
    node: string,
    { authorityPem, token, port, replySeconds = REPLY_SECONDS }: ApiAccess,
  ) {
    const headers = token === undefined ? {} : { 'x-nomad-token': token }
    super(link, node, { authorityPem, name: LOOPBACK_NAME, port, replySeconds, headers })
  }
}

/** Opens an agent's API, uses it and closes it, whatever happens. */
export function withApi<Value>(
  link: NodeLink,
  node: string,
  access: ApiAccess,
  use: (api: NomadApi) => Promise<Value>,
): Promise<Value> {
  return usedOnce(new NomadApi(link, node, access), use)
}
