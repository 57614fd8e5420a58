/** The contract of a role: what a node does, as a page that reads as a list of resources. */
import type { z } from 'zod'
import type { KeyPath } from '../cluster-file/positions.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { ClusterStore, EngineProbe, EngineVersion, Gate, RaftGroup } from '../engines/contract.ts'
import type { Content, Resource } from '../resources/kind.ts'

/** What is known of a node's board, from the cluster file or from its facts. */
export interface BoardFacts {
  /** Model id of the hardware table, for instance `pi4`; `pc` for anything else. */
  readonly model: string
  readonly memoryBytes: number
  /** Instruction set: armv6, armv7, arm64 or amd64. */
  readonly architecture: string
  /** What is plugged in. */
  readonly has: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

/** A node after resolve. */
export interface ClusterNode {
  readonly name: string
  /** The name with the cluster's domain behind it. */
  readonly fqdn: string
  /**
   * Instruction set of the system that runs on it: what programs for it must be built for. In the lab it is this
   * computer's, while `board.architecture` is the one of the board that the node stands for.
   */
  readonly architecture: string
  /** Address by which the other nodes reach it: an IP, or a name when the cluster file only has that. */
  readonly address: string
  readonly board: BoardFacts
  /** Who logs in to it: the node's own user, else that of `access`. */
  readonly user: string
  /** Facts of the last contact, by key, as the cluster lock keeps them. */
  readonly facts: Readonly<Record<string, string>>
  /** Names of the roles on this node. */
  readonly roles: readonly string[]
}

/** A service that the cluster file declares. */
export interface ClusterService {
  readonly name: string
  readonly port?: number
  readonly tags: readonly string[]
  readonly meta: Readonly<Record<string, string>>
  readonly checks: readonly Readonly<Record<string, unknown>>[]
  /** systemd unit that keeps it running. */
  readonly unit?: string
}

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
}

/** A secret that must exist before anything is compiled. Made once, kept encrypted. */
export type SecretWish =
  | { readonly name: string; readonly make: 'gossip-key' }
  | {
      readonly name: string
      readonly make: 'token'
      /** What it costs when it was lost and is made anew, where that is more than that nobody knows the old one any more. */
      readonly loss?: string
    }
  | { readonly name: string; readonly make: 'password'; readonly length?: number }
  | { readonly name: string; readonly make: 'authority'; readonly commonName: string }
  | {
      readonly name: string
      readonly make: 'certificate'
      /** Name of the wish for the authority that signs it. */
      readonly authority: string
      readonly commonName: string
      readonly dnsNames: readonly string[]
      readonly ipAddresses: readonly string[]
    }

/** Secrets as a role reads them; every read is synchronous because the wishes were met before. */
export interface RoleSecrets {
  /** Text of a `password`. */
  text(name: string): string
  token(name: string): { readonly accessorId: string; readonly secretId: string }
  /** What a token was before it was rotated for the last time. */
  previousToken(name: string): { readonly accessorId: string; readonly secretId: string } | undefined
  gossipKeys(name: string): readonly [string, ...string[]]
  /** PEM texts; for an authority the key stays with the controller and is not to be had here. */
  certificate(name: string): {
    readonly certificatePem: string
    readonly keyPem: string
    readonly notAfter: Date
  }
  authority(name: string): { readonly certificatePem: string }
  /** It was lost and is made anew because somebody said so, and its engine has not met the new one yet. */
  isRecreated(name: string): boolean
}

/** A certificate that a node shows. */
export interface ServedCertificate {
  /** Name of its secret. */
  readonly secret: string
  /** Where it lies on the node: a resource of kind file. */
  readonly path: string
  /** TCP port of the node's loopback that shows it. */
  readonly port: number
  /** Name by which it is checked there. */
  readonly name: string
  /** Name of the secret of its authority. */
  readonly authority: string
  /** What makes it be read again on the node, if it was not. */
  readonly unit: string
}

/** A vendor's release file that must be fetched, verified and pinned before anything is compiled. */
export interface ReleaseWish {
  /** Product in the vendor's layout: `/consul/VERSION/consul_VERSION_linux_arm64.zip`. */
  readonly product: string
  readonly version: string
  /** Architecture in the vendor's words: arm, arm64, amd64. */
  readonly architecture: string
  /** Path of the wanted file inside the archive. */
  readonly member: string
}

/** What a role's functions are given. */
export interface RoleContext<Options = unknown> {
  readonly options: Options
  readonly node: ClusterNode
  readonly cluster: Cluster
  readonly secrets: RoleSecrets
  /** The bytes of a release that {@link Role.releases} wished for. */
  release(wish: ReleaseWish): Content
}

/** What a role may say before secrets and releases are there. */
export type RoleWishContext<Options = unknown> = Pick<RoleContext<Options>, 'options' | 'node' | 'cluster'>

/** What a role says of the whole cluster, once. */
export type RoleClusterContext<Options = unknown> = Pick<
  RoleContext<Options>,
  'options' | 'cluster' | 'secrets'
>

/** A mistake that only shows once roles have met nodes; the place is filled in by resolve. */
export interface RoleFinding {
  readonly diagnostic: Omit<Diagnostic, 'where'>
  /** Node that it is about, for its place in the cluster file; the role's own place when left out. */
  readonly node?: string
  /** Option that it is about, or the way to a value inside of it. */
  readonly option?: string | KeyPath
  /** The way to the place in the cluster file, where it lies outside of the role. */
  readonly path?: KeyPath
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
}

/** A role: `Options` is what its schema makes of what may be written, `Input`. */
export interface Role<Options = never, Input = unknown> {
  readonly name: string
  /** One sentence for the reference page. */
  readonly summary: string
  /** Options in the cluster file besides `on` and `count`; every key has a description. */
  readonly options: z.ZodType<Options, Input>
  /** Roles that may not be on the same node, and whose nodes are taken when `on: rest` is resolved. */
  readonly conflicts?: readonly string[]
  /** Roles of one family share what `rest` means: the nodes that no other role of the family has. */
  readonly family?: string
  /** What every node stands on: its resources come before those of other roles, whatever the order in the cluster file. */
  readonly isFoundation?: boolean
  /** Mistakes that need the cluster: a board that cannot carry the role, an even number of servers. */
  readonly findings?: (context: Omit<RoleClusterContext<Options>, 'secrets'>) => readonly RoleFinding[]
  /** What must stay as it was when the cluster was last applied. */
  readonly settled?: (context: Omit<RoleClusterContext<Options>, 'secrets'>) => readonly SettledValue[]
  readonly secrets?: (context: RoleWishContext<Options>) => readonly SecretWish[]
  /** Certificates that the node shows: what is installed and what is served are looked at. */
  readonly certificates?: (context: RoleWishContext<Options>) => readonly ServedCertificate[]
  readonly releases?: (context: RoleWishContext<Options>) => readonly ReleaseWish[]
  /** What a node with this role has, in the order of effect. */
  readonly resources: (context: RoleContext<Options>) => readonly Resource[]
  readonly group?: (context: RoleClusterContext<Options>) => RaftGroup | undefined
  readonly gates?: (context: RoleContext<Options>) => readonly Gate[]
  readonly store?: (context: RoleClusterContext<Options>) => ClusterStore | undefined
  /** Which version of its engine is wanted, and what may follow what. Said by one role of an engine. */
  readonly version?: (context: Omit<RoleClusterContext<Options>, 'secrets'>) => EngineVersion | undefined
  /** How the engine's state is asked, for `bramble status`. */
  readonly status?: (context: RoleClusterContext<Options>) => EngineProbe | undefined
}

/** Gives a role its types; the value is the role itself. */
export function defineRole<Options, Input = unknown>(role: Role<Options, Input>): Role<Options, Input> {
  return role
}

/** What may be written as the options of a role. */
export type RoleInput<Defined> = Defined extends { readonly options: z.ZodType<unknown, infer Input> }
  ? Input
  : never
