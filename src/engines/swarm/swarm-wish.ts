/** What a swarm is to be: its nodes with their parts, labels and tasks or none, in the words of this engine. */
import { freeRange, usedRanges } from '../docker/address-ranges.ts'
import { OVERLAY_POOLS } from '../docker/names.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { onNetwork } from '../../topology/network.ts'
import type { ClusterNode } from '../../topology/node.ts'

export const MANAGER_ROLE = 'swarm-manager'
export const WORKER_ROLE = 'swarm-worker'
/** Where managers are reached by those who join and by each other. */
export const SWARM_PORT = 2377

/** Label of a node of the swarm: its name in the cluster file. What has none is not ours. */
export const NAME_LABEL = 'bramble.node'
/** Label of a node of the swarm: the labels that Bramble set, so that one which leaves the cluster file goes. */
const KEYS_LABEL = 'bramble.labels'

/**
 * Label of a node of the swarm: its tasks are kept away by Bramble, for a step or because the cluster file says so. Without it somebody else
 * does, and is left to it.
 */
export const DRAINED_LABEL = 'bramble.drained'

/** A node that is to be in the swarm. */
export interface SwarmNode {
  readonly name: string
  readonly fqdn: string
  /** Where the others reach it; an IP address. */
  readonly address: string
  readonly role: 'manager' | 'worker'
  /** `drain`: it runs no tasks. */
  readonly availability: 'active' | 'drain'
  readonly labels: Readonly<Record<string, string>>
}

/** A whole swarm. */
export interface SwarmWish {
  /** Managers first, each in the order of the cluster file. */
  readonly nodes: readonly SwarmNode[]
  readonly managers: readonly string[]
  /** Range that networks over all nodes are taken from. */
  readonly addressPool: string
  /** How long a node may be off before its certificate has ended, in days. */
  readonly certificateDays: number
}

/** What the options of the managers say. */
export interface SwarmOptions {
  readonly workloads: boolean
  readonly drained: readonly string[]
  readonly address_pool?: string | undefined
  readonly network?: string | undefined
  readonly certificate_days: number
}

/** From the cluster to its swarm. */
export function swarmWish(options: SwarmOptions, cluster: Cluster): SwarmWish {
  const managers = cluster.find(MANAGER_ROLE)
  const network = options.network === undefined ? undefined : cluster.network(options.network)
  const nodeOf = (node: ClusterNode, role: SwarmNode['role']): SwarmNode => {
    const isDrained = options.drained.includes(node.name) || (role === 'manager' && !options.workloads)
    return {
      name: node.name,
      fqdn: node.fqdn,
      address: onNetwork(node, network).address,
      role,
      availability: isDrained ? 'drain' : 'active',
      labels: { ...labelsOf(node), ...(isDrained && { [DRAINED_LABEL]: 'cluster file' }) },
    }
  }
  return {
    nodes: [
      ...managers.map((node) => nodeOf(node, 'manager')),
      ...cluster.find(WORKER_ROLE).map((node) => nodeOf(node, 'worker')),
    ],
    managers: managers.map(({ name }) => name),
    addressPool:
      options.address_pool ??
      freeRange(
        OVERLAY_POOLS,
        usedRanges(cluster).filter(({ role }) => role !== MANAGER_ROLE),
      ),
    certificateDays: options.certificate_days,
  }
}

/** What a stack can ask for in its placement: the board, what is plugged in, the labels of the cluster file. */
function labelsOf({ name, board }: ClusterNode): Readonly<Record<string, string>> {
  const wanted: Record<string, string> = {
    model: board.model,
    architecture: board.architecture,
    memory: `${Math.round(board.memoryBytes / 2 ** 20)}MiB`,
    ...Object.fromEntries(board.has.map((thing) => [`has.${thing}`, 'true'])),
    ...board.labels,
  }
  const keys = Object.keys(wanted).sort()
  return { ...wanted, [KEYS_LABEL]: keys.join(','), [NAME_LABEL]: name }
}

/** The labels that a node gets: ours as wanted, those of others as they are. */
export function mergedLabels(
  wanted: Readonly<Record<string, string>>,
  current: Readonly<Record<string, string>>,
): Record<string, string> {
  const former = [...(current[KEYS_LABEL] ?? '').split(','), DRAINED_LABEL]
  const others = Object.entries(current).filter(([key]) => !former.includes(key))
  return { ...Object.fromEntries(others), ...wanted }
}
