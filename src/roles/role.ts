/** The contract of a role: what a node does, as a page that reads as a list of resources. */
import type { z } from 'zod'
import type { SeveralUses } from '../cluster-file/schema.ts'
import type { KeyPath } from '../cluster-file/positions.ts'
import type { Diagnostic, FilePlace } from '../diagnostics/diagnostic.ts'
import type { ClusterStore, Drain, EngineProbe, EngineVersion, Gate, RaftGroup } from '../engines/contract.ts'
import type { EngineClient } from '../engines/engine-client.ts'
import type { Content, Resource } from '../resources/kind.ts'
import type { Allocation } from '../topology/allocation.ts'
import type { BackupKeeper } from '../topology/backup.ts'
import type { Cluster } from '../topology/cluster.ts'
import type { ServiceRunner } from '../engines/service-runner.ts'
import type { Network } from '../topology/network.ts'
import type { Pace } from '../topology/pace.ts'
import type { ClusterNode } from '../topology/node.ts'
import type { FileWish } from '../wishes/file-wish.ts'
import type { Offer } from '../wishes/offer.ts'
import type { Opening, Provided } from '../topology/provided.ts'
import type { ReleaseWish } from '../wishes/release-wish.ts'
import type { RoleSecrets, SecretWish, ServedCertificate } from '../wishes/secret-wish.ts'

/** What a role's functions are given. */
export interface RoleContext<Options = unknown> {
  readonly options: Options
  readonly node: ClusterNode
  readonly cluster: Cluster
  readonly secrets: RoleSecrets
  /** The bytes of a release that {@link Role.releases} wished for. */
  release(wish: ReleaseWish): Content
  /** The bytes of a file beside the cluster file that {@link Role.files} wished for, by the path of the wish. */
  file(path: string): Content
}

/** What a role may say before secrets and releases are there. */
export type RoleWishContext<Options = unknown> = Pick<RoleContext<Options>, 'options' | 'node' | 'cluster'>

/** What a role says of the whole cluster, once for each use. */
export interface RoleClusterContext<Options = unknown> extends Pick<
  RoleContext<Options>,
  'options' | 'cluster' | 'secrets' | 'file'
> {
  /** The nodes that have this use of the role, in the order of the cluster file. */
  readonly nodes: readonly ClusterNode[]
}

/** The same for whoever needs secrets only when a client is really to ask. */
export interface RoleClientContext<Options = unknown> extends Omit<RoleClusterContext<Options>, 'secrets'> {
  readonly secrets: () => RoleSecrets
}

/** A mistake that only shows once roles have met nodes; the place is filled in by resolve. */
export interface RoleFinding {
  readonly diagnostic: Omit<Diagnostic, 'where'>
  /** Node that it is about, for its place in the cluster file; the role's own place when left out. */
  readonly node?: string
  /** Option that it is about, or the way to a value inside of it. */
  readonly option?: string | KeyPath
  /** The way to the place in the cluster file, where it lies outside of the role. */
  readonly path?: KeyPath
  /** The place in a file beside the cluster file, whose path counts from its folder. */
  readonly place?: FilePlace
}

/** A value that cannot be changed while an engine runs, because the state of its members belongs to it. */
export interface SettledValue {
  /** What it is called in sentences, such as "the datacenter of Consul"; unique, because the cluster lock keeps it by this name. */
  readonly what: string
  readonly value: string
  /** Where the cluster file says it. */
  readonly path: KeyPath
  /** What to write to have the old value back. */
  readonly keep: (before: string) => string
  /** What of the old data can be taken along into a new beginning, and how. */
  readonly carried?: string
}

/** A role: `Options` is what its schema makes of what may be written, `Input`. */
export interface Role<Options = never, Input = unknown> {
  readonly name: string
  /** One sentence for the reference page. */
  readonly summary: string
  /** Options in the cluster file besides `on` and `count`; every key has a description. */
  readonly options: z.ZodType<Options, Input>
  /**
   * `several`: the role may be a list in the cluster file, each item with nodes and options of its own; every function of the role is then asked
   * once for each. A resource that two uses on a node want differently is refused.
   */
  readonly uses?: 'one' | 'several'
  /** Options that a node may have otherwise than the rest (`nodes.NAME.options`): those that only concern the node itself. */
  readonly perNode?: readonly string[]
  /** It lies beside the cluster file: whoever has loaded it says so. */
  readonly own?: true
  /** Roles that may not be on the same node, and whose nodes are taken when `on: rest` is resolved. */
  readonly conflicts?: readonly string[]
  /** Roles that have to be on the same node. */
  readonly requires?: readonly string[]
  /** Roles of one family share what `rest` means: the nodes that no other role of the family has. */
  readonly family?: string
  /** Name of what gives work to the nodes with this role, such as `nomad`: declared services go there where they can. */
  readonly orchestrates?: string
  /** What every node stands on: its resources come before those of other roles, whatever the order in the cluster file. */
  readonly isFoundation?: boolean
  /** What lets Bramble log in and become root: it stays when everything else is taken from a node. */
  readonly letsIn?: (resource: Resource) => boolean
  /** Mistakes that need the cluster: a board that cannot carry the role, an even number of servers. */
  readonly findings?: (context: Omit<RoleClusterContext<Options>, 'secrets'>) => readonly RoleFinding[]
  /** What must stay as it was when the cluster was last applied. */
  readonly settled?: (context: Omit<RoleClusterContext<Options>, 'secrets'>) => readonly SettledValue[]
  /** Values that it gives out once; the cluster lock keeps them, `cluster.allocated` has them. */
  readonly allocations?: (context: Pick<RoleContext<Options>, 'options' | 'cluster'>) => readonly Allocation[]
  /**
   * How many nodes with it may be away at once, for a change of what runs and for a restart of the board. Left out: changes go on together, behind
   * a canary; boards are started anew one at a time.
   */
  readonly pace?: Pace
  /** Names of nodes that come through before this one, because it stands on what they give; where it is one of them it waits for none. */
  readonly follows?: (context: RoleWishContext<Options>) => readonly string[]
  /** Do others stand on what this node gives all the time, and get along for a while without it? In a run of updates it goes last. */
  readonly carries?: (context: RoleWishContext<Options>) => boolean
  /** The network that it makes, for `cluster.network`. */
  readonly network?: (context: Pick<RoleContext<Options>, 'options' | 'cluster'>) => Network
  /** What a node with this role gives to others, for `cluster.provided`, which it must not ask itself. */
  readonly provides?: (context: RoleWishContext<Options>) => readonly Provided[]
  /** Said by a role that closes a node: what of that which is given stays open, and from where. */
  readonly openings?: (context: RoleWishContext<Options>) => readonly Opening[]
  /** Said by a role that keeps backups of what is provided, for `cluster.keeper`. */
  readonly keeps?: (context: RoleWishContext<Options>) => BackupKeeper
  /** It fetches what others measure and tells of alerts: its nodes are among `cluster.watchers`. */
  readonly watches?: boolean
  readonly secrets?: (context: RoleWishContext<Options>) => readonly SecretWish[]
  /** Values that its store makes when the engine runs. */
  readonly offers?: (
    context: Pick<RoleClusterContext<Options>, 'options' | 'cluster' | 'nodes'>,
  ) => readonly Offer[]
  /** Names of offers, of whatever role, that a node with this role stands on. */
  readonly needs?: (context: RoleWishContext<Options>) => readonly string[]
  /** Certificates that the node shows: what is installed and what is served are looked at. */
  readonly certificates?: (context: RoleWishContext<Options>) => readonly ServedCertificate[]
  /** Files beside the cluster file that it reads. */
  readonly files?: (options: Options) => readonly FileWish[]
  readonly releases?: (context: RoleWishContext<Options>) => readonly ReleaseWish[]
  /** What a node with this role has, in the order of effect. */
  readonly resources: (context: RoleContext<Options>) => readonly Resource[]
  readonly group?: (context: RoleClusterContext<Options>) => RaftGroup | undefined
  /** What is moved off nodes before steps that others would notice. */
  readonly drains?: (context: RoleClusterContext<Options>) => readonly Drain[]
  readonly gates?: (context: RoleContext<Options>) => readonly Gate[]
  readonly store?: (context: RoleClusterContext<Options>) => ClusterStore | undefined
  /** Which version of its engine is wanted, and what may follow what. Said by one role of an engine. */
  readonly version?: (context: Omit<RoleClusterContext<Options>, 'secrets'>) => EngineVersion | undefined
  /** How the engine's own client is told where to ask, for `bramble env`. Several roles may speak for one client. */
  readonly client?: (context: RoleClientContext<Options>) => EngineClient | undefined
  /** How services are asked that it gives to nodes, for `bramble service list`. */
  readonly services?: (context: RoleClusterContext<Options>) => ServiceRunner | undefined
  /** How the engine's state is asked, for `bramble status`. */
  readonly status?: (context: RoleClusterContext<Options>) => EngineProbe | undefined
}

/** Gives a role its types; the value is the role itself. */
export function defineRole<Options, Input = unknown, const Uses extends 'one' | 'several' = 'one'>(
  role: Role<Options, Input> & { readonly uses?: Uses },
): Role<Options, Input> & { readonly uses?: Uses } {
  return role
}

/** What may be written as the options of a role. */
export type RoleInput<Defined> = Defined extends { readonly options: z.ZodType<unknown, infer Input> }
  ? Defined extends { readonly uses?: 'several' }
    ? SeveralUses<Input>
    : Input
  : never
