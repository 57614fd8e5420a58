/** The settings of dockerd (`daemon.json`, dockerd(8)). */
import { freeRange, usedRanges } from '../../engines/docker/address-ranges.ts'
import { BRIDGE_POOLS } from '../../engines/docker/names.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { DockerOptions } from './options.ts'

/** Settings that have options of their own, and those options. */
export const RESERVED_SETTINGS: Readonly<Record<string, string>> = {
  'default-address-pools': 'address_pools',
  'insecure-registries': 'insecure_registries',
  'live-restore': 'live_restore',
  'log-driver': 'log.driver',
  'log-opts': 'log',
  'metrics-addr': 'metrics',
  'registry-mirrors': 'registry_mirrors',
}

/** Is this node in the swarm? */
export function isInSwarm({ roles }: Pick<ClusterNode, 'roles'>): boolean {
  return roles.some((role) => role === 'swarm-manager' || role === 'swarm-worker')
}

/** The pools of the options, or one that collides with nothing. */
export function addressPools(
  { address_pools: pools }: DockerOptions,
  cluster: Cluster,
): readonly AddressPool[] {
  if (pools !== undefined) return pools
  const others = usedRanges(cluster).filter(({ role }) => role !== 'docker')
  return [{ base: freeRange(BRIDGE_POOLS, others), size: 24 }]
}

interface AddressPool {
  readonly base: string
  readonly size: number
}

function logging({ driver, max_size, max_file }: DockerOptions['log']): Readonly<Record<string, unknown>> {
  const turned = { 'max-size': max_size, 'max-file': String(max_file) }
  return { 'log-driver': driver, ...(driver !== 'journald' && { 'log-opts': turned }) }
}

/** The text of the file for one node. */
export function daemonJson(options: DockerOptions, node: ClusterNode, cluster: Cluster): string {
  const { live_restore, metrics, registry_mirrors, insecure_registries, settings } = options
  const daemon = {
    ...settings,
    ...logging(options.log),
    'default-address-pools': addressPools(options, cluster),
    'live-restore': live_restore ?? !isInSwarm(node),
    ...(metrics !== undefined && { 'metrics-addr': metrics }),
    ...(registry_mirrors.length > 0 && { 'registry-mirrors': registry_mirrors }),
    ...(insecure_registries.length > 0 && { 'insecure-registries': insecure_registries }),
  }
  const sorted = Object.entries(daemon).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`
}
