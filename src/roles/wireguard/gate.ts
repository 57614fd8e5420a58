/** The gate of a node of the mesh: its interface is there and has the node's key. */
import type { Gate, NodeLink } from '../../engines/contract.ts'
import { reasonOf } from '../../support/reason.ts'
import { ROLE } from './mesh.ts'

const PATIENCE_SECONDS = 60

/** Asks wg(8) on the node. */
export function meshGate(node: string, name: string, publicKey: string): Gate {
  return {
    name: 'wireguard: interface with its key',
    node,
    engine: ROLE,
    patienceSeconds: PATIENCE_SECONDS,
    ask: async (link) => {
      const found = await keyInUse(link, node, name)
      if ('problem' in found) return { passed: false, detail: found.problem }
      const passed = found.publicKey === publicKey
      const lacks = found.publicKey === undefined ? `there is no ${name}` : `${name} has another key`
      return { passed, detail: passed ? `${name} is up` : lacks }
    },
  }
}

/** The public key that an interface has now; none where there is no such interface. Never rejects: what cannot be asked is a problem. */
export async function keyInUse(
  link: NodeLink,
  node: string,
  name: string,
): Promise<{ readonly publicKey?: string } | { readonly problem: string }> {
  try {
    const { code, stdout } = await link.run(node, ['wg', 'show', name, 'public-key'])
    const publicKey = stdout.toString().trim()
    return code === 0 && publicKey !== '' ? { publicKey } : {}
  } catch (error) {
    return { problem: reasonOf(error) }
  }
}
