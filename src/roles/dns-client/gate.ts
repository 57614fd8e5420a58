/** The gate of a node that asks the resolvers: libc on it finds a name that only they know. */
import type { Gate } from '../../engines/contract.ts'
import type { KnownResolver } from './resolvers.ts'

const PATIENCE_SECONDS = 60

/** Asks as every program on the node does: getent(1). */
export function namesGate(node: string, resolvers: readonly KnownResolver[]): Gate {
  const name = resolvers.flatMap((one) => one.name ?? [])[0] ?? node
  return {
    name: 'dns-client: finds names',
    node,
    engine: 'dns-client',
    patienceSeconds: PATIENCE_SECONDS,
    ask: async (link) => {
      const { code, stdout } = await link.run(node, ['getent', 'hosts', name])
      const found = stdout.toString().trim().split(/\s+/)[0] ?? ''
      if (code === 0 && found !== '') return { passed: true, detail: `finds ${name}` }
      const asked = resolvers.map((one) => `${one.node} (${one.address})`).join(', ')
      return { passed: false, detail: `${node} does not find ${name}; it asks ${asked}` }
    },
  }
}
