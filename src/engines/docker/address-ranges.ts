/** The address ranges that a cluster uses, and ranges for Docker that collide with none of them. */
import ipaddr from 'ipaddr.js'
import type { Cluster } from '../../topology/cluster.ts'

/** A range that something of the cluster uses. */
export interface UsedRange {
  /** `ADDRESS/BITS` */
  readonly range: string
  /** Who uses it, for sentences. */
  readonly by: string
  /** The role whose options say so. */
  readonly role?: string
}

const RANGE = /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/
/** How much of the network around a node is taken for its own: nobody has said its real size. */
const NETWORK_BITS = 24

/** IPv4 ranges in use: the networks of the nodes, and what the options of roles speak of. */
export function usedRanges(cluster: Cluster): UsedRange[] {
  const roles = [...new Set(cluster.nodes.flatMap((node) => node.roles))]
  return [
    ...cluster.nodes
      .filter(({ address }) => ipaddr.IPv4.isValidFourPartDecimal(address))
      .map(({ name, address }) => ({
        range: `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${NETWORK_BITS}`).toString()}/${NETWORK_BITS}`,
        by: `the network of ${name}`,
      })),
    ...roles.flatMap((role) =>
      rangesIn(cluster.options(role)).map((range) => ({ range, by: `role ${role}`, role })),
    ),
  ]
}

function rangesIn(value: unknown): string[] {
  if (typeof value === 'string') return RANGE.test(value) && ipaddr.IPv4.isValidCIDR(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(rangesIn)
}

/** Do two ranges have an address in common? */
export function overlap(one: string, other: string): boolean {
  const [a, aBits] = ipaddr.IPv4.parseCIDR(one)
  const [b, bBits] = ipaddr.IPv4.parseCIDR(other)
  const bits = Math.min(aBits, bBits)
  return a.match(b, bits)
}

/** The first of these ranges that nobody uses; the first at all when every one is used, which is then a finding. */
export function freeRange(candidates: readonly [string, ...string[]], used: readonly UsedRange[]): string {
  return candidates.find((candidate) => !used.some(({ range }) => overlap(candidate, range))) ?? candidates[0]
}
