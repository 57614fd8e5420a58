/** The nodes as lines of `hosts(5)`. */
import { isIP } from 'node:net'
import type { OpenedCluster } from '../open.ts'

/** A line a node: address, name with the domain, name. A node whose address is a name has none, and is told in a comment. */
export function hostsTable(cluster: OpenedCluster): string {
  const lines = cluster.resolved.cluster.nodes.map(({ address, fqdn, name }) =>
    isIP(address) > 0 ? `${address}\t${fqdn} ${name}` : `# ${name} is reached by its name ${address}`,
  )
  return `# Nodes of ${cluster.name}.\n${lines.join('\n')}\n`
}
