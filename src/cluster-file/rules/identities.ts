/** What tells boards apart has to differ between nodes. */
import ipaddr from 'ipaddr.js'
import { clusterCodes } from '../../diagnostics/catalogue/cluster.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { isIpAddress } from '../forms.ts'
import type { NodeEntry } from '../node-schema.ts'
import type { ClusterFile } from '../schema.ts'
import type { Rule } from './rule.ts'

const IDENTITIES = [
  ['serial', 'serial number'],
  ['machine_id', 'machine id'],
  ['mac', 'MAC address'],
] as const

/** No two nodes share an address, a serial number, a machine id or a MAC address. */
export const identitiesDiffer: Rule = (file, positions) => {
  const addresses = clashes(file, (node) => addressKey(node, file.access.port)).map(({ node, other }) => {
    const address = file.nodes[node]?.address ?? ''
    const where = positions.of(['nodes', node, 'address'])
    const also = [{ place: positions.of(['nodes', other, 'address']), note: other }]
    return clusterCodes.DUPLICATE_ADDRESS({ address, node, other }, { where, also })
  })
  const identities = IDENTITIES.flatMap(([key, words]): Diagnostic[] =>
    clashes(file, (node) => node[key]).map(({ node, other, value }) => {
      const where = positions.of(['nodes', node, key])
      const also = [{ place: positions.of(['nodes', other, key]), note: other }]
      return clusterCodes.DUPLICATE_IDENTITY({ key: words, value, node, other }, { where, also })
    }),
  )
  return [...addresses, ...identities]
}

interface Clash {
  readonly value: string
  readonly node: string
  readonly other: string
}

/** Each node whose value an earlier node has too. */
function clashes(file: ClusterFile, valueOf: (node: NodeEntry) => string | undefined): readonly Clash[] {
  const first = new Map<string, string>()
  return Object.entries(file.nodes).flatMap(([node, entry]) => {
    const value = valueOf(entry)
    if (value === undefined) return []
    const other = first.get(value)
    if (other !== undefined) return [{ value, node, other }]
    first.set(value, node)
    return []
  })
}

/** The same place to connect to, in one spelling. */
function addressKey({ address, port, via }: NodeEntry, usualPort: number): string | undefined {
  if (address === undefined) return undefined
  const [bare = '', zone = ''] = address.split('%')
  const spelling = isIpAddress(bare) ? ipaddr.parse(bare).toString() : bare.toLowerCase().replace(/\.$/, '')
  return [spelling, zone, port ?? usualPort, via ?? ''].join(' ')
}
