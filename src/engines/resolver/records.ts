/** The names that the cluster file gives: those of all nodes, and records of one's own. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { key, oneOrMore, text, type TextForm } from '../../cluster-file/forms.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'

/** A name as records have it: without dots it belongs to the domain of the cluster. */
const RECORD_NAME: TextForm = {
  pattern:
    /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?)*$/,
  problem: 'cannot name a record',
  fix: 'write a name in lower case such as printer, which is printer in the domain of the cluster, or a full one',
}

/** An address and nothing else. */
export const ADDRESS_ONLY: TextForm = {
  pattern: /^[0-9A-Fa-f:.]+$/,
  accepts: (value) => isIP(value) > 0,
  problem: 'is no IP address',
  fix: 'write an address such as 192.168.1.20',
}

/** The option of a resolver for names of one's own. */
export const recordsOption = z
  .record(key(RECORD_NAME), oneOrMore(text(ADDRESS_ONLY)))
  .default({})
  .describe(
    'Addresses by name, besides those of the nodes, which are there by themselves; a name without dots belongs to the domain of the cluster. Their reverse names are made of them.',
  )

type WrittenRecords = z.output<typeof recordsOption>

/** One name with one address. */
export interface LocalRecord {
  /** In full, without a trailing dot. */
  readonly name: string
  readonly address: string
}

/** All of them, the nodes first; of a name that is written here, too, the written addresses count alone. */
export function localRecords(
  records: WrittenRecords,
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

/** The name by which resolvers are found, at the addresses where they answer: nobody else knows it, so it shows who was asked. */
export function resolverRecords(
  resolvers: readonly Pick<ClusterNode, 'address'>[],
  cluster: Pick<Cluster, 'domain'>,
): readonly LocalRecord[] {
  const name = resolversName(cluster)
  return resolvers.map(({ address }) => ({ name, address }))
}

/** The name of all resolvers together. */
export function resolversName({ domain }: Pick<Cluster, 'domain'>): string {
  return `bramble-dns.${domain}`
}
