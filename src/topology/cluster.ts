/** The cluster: its nodes, what they do, and what they run. */
import type { KeyPath } from '../cluster-file/positions.ts'
import type { Allocated } from './allocation.ts'
import type { BackupKeeper } from './backup.ts'
import type { Network } from './network.ts'
import type { ClusterNode } from './node.ts'
import type { Opening, ProvidedOnNode } from './provided.ts'
import type { ClusterService, PlacedService } from './service.ts'
import type { Watcher } from './watcher.ts'

/** One use of a role: its options (validated, defaults filled) and the nodes that have it, in the order of the cluster file. */
export interface RoleOnNodes<Options = unknown> {
  readonly options: Options
  readonly nodes: readonly ClusterNode[]
  /** The way to it in the cluster file. */
  readonly path: KeyPath
}

/** One use of a role on one node. */
export interface RoleOnNode<Options = unknown> {
  readonly role: string
  readonly options: Options
  /** The way to it in the cluster file. */
  readonly path: KeyPath
}

/** The whole cluster, read-only, as every role sees it. */
export interface Cluster {
  readonly name: string
  /** Without a trailing dot. */
  readonly domain: string
  readonly lab: boolean
  /** This run brings packages up to date, and starts boards anew where that is due. */
  readonly updating: boolean
  readonly nodes: readonly ClusterNode[]
  readonly access: { readonly authorizedKeys: readonly string[] }
  /** Nodes that have this role, in the order of the cluster file. */
  find(role: string): readonly ClusterNode[]
  /** All uses of a role, in the order of the cluster file; most roles can be used once. */
  uses<Options>(role: string): readonly RoleOnNodes<Options>[]
  /** What a node does: each use of a role that it has, in the order of the cluster file. */
  usesOn(node: string): readonly RoleOnNode[]
  /** Options of a role that can be used once, or of its first use; undefined when the cluster does not use it. */
  options<Options>(role: string): Options | undefined
  /** Version of an engine's release that the cluster lock pins; undefined before the first apply. */
  pinned(engine: string): string | undefined
  /** All declared services, in the order of the cluster file. */
  services(): readonly PlacedService[]
  /** Services that run on this node by its systemd, or are only announced there, in the order of the cluster file. */
  servicesOn(node: string): readonly ClusterService[]
  /** The network that a role makes; undefined when the cluster does not use the role, or it makes none. */
  network(role: string): Network | undefined
  /** What a role has given out, by holder; empty for a name that no role in use gives out. */
  allocated(name: string): Allocated
  /** What all roles and declared services give to others, in the order of the nodes. */
  provided(): readonly ProvidedOnNode[]
  /** Who fetches metrics and tells of alerts, in the order of the nodes: what is given to `watchers` is open to them. */
  watchers(): readonly Watcher[]
  /** Who keeps the backups of a node; undefined where nobody does. */
  keeper(node: string): BackupKeeper | undefined
  /** Whether a text holds a secret that the cluster file refers to, `{ from: { secret: NAME } }`: it must be the content of a secret file, and show nowhere. */
  isSecret(text: string): boolean
  /** What can be reached on a node, where a role closes all else; undefined where none does, and whatever listens can be reached. */
  openings(node: string): readonly Opening[] | undefined
}
