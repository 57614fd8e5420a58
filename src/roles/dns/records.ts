/** The names that the cluster file gives: those of all nodes, and records of one's own. */
import { isIP } from 'node:net'
import type { Cluster } from '../../topology/cluster.ts'
import type { DnsOptions } from './options.ts'

/** One name with one address. */
export interface LocalRecord {
  /** In full, without a trailing dot. */
  readonly name: string
  readonly address: string
}

/** All of them, the nodes first; of a name that is written here, too, the written addresses count alone. */
export function localRecords(
  { records }: Pick<DnsOptions, 'records'>,
  { nodes, domain }: Pick<Cluster, 'nodes' | 'domain'>,
): readonly LocalRecord[] {
  const written = Object.entries(records).flatMap(([name, addresses]) =>
    addresses.map((address) => ({ name: name.includes('.') ? name : `${name}.${domain}`, address })),
  )
  const names = new Set(written.map(({ name }) => name))
  const own = nodes
    // An address with an interface of this computer means nothing elsewhere.
    .filter(({ address, fqdn }) => isIP(address) > 0 && !address.includes('%') && !names.has(fqdn))
    .map(({ fqdn, address }) => ({ name: fqdn, address }))
  return [...own, ...written]
}

/** The name of all resolvers together. */
export function resolversName({ domain }: Pick<Cluster, 'domain'>): string {
  return `bramble-dns.${domain}`
}
