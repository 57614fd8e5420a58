/** The cluster: its nodes, what they do, and what they run. */
import type { Allocated } from './allocation.ts'
import type { Network } from './network.ts'
import type { ClusterNode } from './node.ts'
import type { ProvidedOnNode } from './provided.ts'
import type { ClusterService } from './service.ts'

/** The whole cluster, read-only, as every role sees it. */
export interface Cluster {
  readonly name: string
  /** Without a trailing dot. */
  readonly domain: string
  readonly lab: boolean
  readonly nodes: readonly ClusterNode[]
  readonly access: { readonly authorizedKeys: readonly string[] }
  /** Nodes that have this role, in the order of the cluster file. */
  find(role: string): readonly ClusterNode[]
  /** Options of a role anywhere in the cluster (validated, defaults filled); undefined when the cluster does not use it. */
  options<Options>(role: string): Options | undefined
  /** Version of an engine's release that the cluster lock pins; undefined before the first apply. */
  pinned(engine: string): string | undefined
  /** Services that run on this node, in the order of the cluster file. */
  servicesOn(node: string): readonly ClusterService[]
  /** The network that a role makes; undefined when the cluster does not use the role, or it makes none. */
  network(role: string): Network | undefined
  /** What a role has given out, by holder; empty for a name that no role in use gives out. */
  allocated(name: string): Allocated
  /** What all roles and declared services give to others, in the order of the nodes. */
  provided(): readonly ProvidedOnNode[]
}
