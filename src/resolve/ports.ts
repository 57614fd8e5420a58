/** Ports of a node that two roles would listen on. */
import { resolveCodes } from '../diagnostics/catalogue/resolve.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Role } from '../roles/role.ts'
import type { Positions } from '../cluster-file/positions.ts'
import type { Cluster } from '../topology/cluster.ts'

/** What is needed of the input. */
interface PortsInput {
  readonly positions: Positions
  readonly roles: Readonly<Record<string, Role>>
}

/** One finding for each pair of roles on a node. A declared service may be what a role runs; roles that cannot share a node are told anyway. */
export function portsTakenTwice(cluster: Cluster, { positions, roles }: PortsInput): readonly Diagnostic[] {
  const rivals = (one: string, other: string): boolean => roles[one]?.conflicts?.includes(other) ?? false
  const found = new Map<string, Diagnostic>()
  const holders = new Map<string, string>()
  for (const { node, role, ports } of cluster.provided().filter((one) => one.role in roles)) {
    for (const { port, protocol } of ports) {
      const place = `${node} ${port}/${protocol}`
      const first = holders.get(place)
      if (first === undefined) holders.set(place, role)
      else if (first !== role && !rivals(first, role) && !rivals(role, first)) {
        const details = { node, port: `${port}/${protocol}`, roles: [first, role] as const }
        const where = positions.ofKey(['roles', role])
        const pair = `${node} ${first} ${role}`
        if (!found.has(pair)) found.set(pair, resolveCodes.PORT_TAKEN_TWICE(details, { where }))
      }
    }
  }
  return [...found.values()]
}
