/** Asks a server through its HTTP API. */
import type { NodeLink } from '../contract.ts'
import { HttpsApi } from '../https-api.ts'
import { usedOnce } from '../opened-api.ts'
import { API_PORT, LOOPBACK_NAME } from './names.ts'
import type { Access } from './setup.ts'

/** A server that opens, or joins, reads all that the consensus has before it answers. */
const REPLY_SECONDS = 90

/** One server's API. */
export class VaultApi extends HttpsApi {}

/** Opens a server's API, uses it and closes it, whatever happens. It is asked with the root token where that is kept. */
export function withApi<Value>(
  link: NodeLink,
  node: string,
  { authorityPem, keys }: Access,
  use: (api: VaultApi) => Promise<Value>,
): Promise<Value> {
  const { rootToken } = keys()
  const api = new VaultApi(link, node, {
    authorityPem,
    name: LOOPBACK_NAME,
    port: API_PORT,
    replySeconds: REPLY_SECONDS,
    headers: rootToken === undefined ? {} : { 'x-vault-token': rootToken },
  })
  return usedOnce(api, use)
}
