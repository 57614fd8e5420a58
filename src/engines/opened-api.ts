/** What the APIs of engines have in common, over whatever protocol they are asked. */
import { heard } from '../support/heard.ts'
import type { NodeLink } from './contract.ts'

/** An API that is open and has to be closed. */
export interface OpenedApi {
  close(): Promise<void>
}

/** Uses an API and closes it, whatever happens. */
export async function usedOnce<Api extends OpenedApi, Value>(
  api: Api,
  use: (api: Api) => Promise<Value>,
): Promise<Value> {
  try {
    return await use(api)
  } finally {
    await api.close()
  }
}

/** Does something take connections at a port of the node's loopback, whatever it answers? */
export function takesConnections(link: NodeLink, node: string, port: number): Promise<boolean> {
  return link.connect(node, port, 'taken').then(
    (stream) => {
      heard(stream).destroy()
      return true
    },
    () => false,
  )
}
