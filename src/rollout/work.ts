/** What a rollout is given and what it expects of a delivery. It knows nodes by name, addresses as text, and engines by contract. */
import type {
  ChangedResource,
  ClusterStore,
  Drain,
  EngineProbe,
  Gate,
  NodeLink,
  RaftGroup,
} from '../engines/contract.ts'
import type { Clock } from '../support/poll.ts'
import type { Pace } from '../topology/pace.ts'
import type { EventBody, NodeOutcome, Summary } from '../events/event.ts'
import type { RunOffers } from './offers.ts'

/** One resource of a node that is not as wanted. */
export type PendingChange = ChangedResource

/** Why a node could not be brought to its end: what, why it matters, what to type. */
export interface NodeFailure {
  readonly message: string
  /** An entry of the catalogue of diagnostics. */
  readonly code?: string
  readonly why?: string
  readonly fix?: string
  /** The last lines that came with it. */
  readonly output?: readonly string[]
}

/** What a look at a node brought. */
export type Observation =
  | {
      readonly node: string
      readonly reached: true
      /** How many resources the node is to have. */
      readonly size: number
      readonly pending: readonly PendingChange[]
      /** Why its board is not to be taken through a step that others would notice. */
      readonly unfit?: string | undefined
      /** Some run has changed it before: it may be at work already. */
      readonly isManaged: boolean
      /** Resources (`kind:name`) that are left as they are until offers are there that it needs. */
      readonly waiting?: readonly string[]
      /** Names of these offers. */
      readonly waitsFor?: readonly string[]
    }
  | ({ readonly node: string; readonly reached: false } & NodeFailure)

/** How the change of a node ended. */
export interface Convergence {
  readonly node: string
  readonly summary: Summary
  /** Why it broke off, when it did not get to its end. */
  readonly failure?: NodeFailure
  /** It was left at work, and goes on by itself. */
  readonly goesOn?: boolean
  /** The node has to be started anew before it is as wanted. */
  readonly reboot: boolean
}

/** What a member says of the lease of its group. */
export type MemberLease =
  | { readonly kind: 'granted' }
  /** Another run has it. */
  | { readonly kind: 'held'; readonly run: string; readonly by: string; readonly sinceSeconds: number }
  /** The program of another run is at work on this member. */
  | { readonly kind: 'at-work'; readonly run: string }
  | { readonly kind: 'unreached'; readonly problem: string }

/** What is wanted of the lease of a group on a member; taking it also renews it. */
export interface LeaseWish {
  readonly group: string
  readonly wish: 'take' | 'give'
  readonly seconds: number
}

/** How nodes are reached. Reports what resources do as events by itself; never rejects for what a node does. */
export interface Delivery {
  readonly link: NodeLink
  observe(node: string): Promise<Observation>
  converge(node: string): Promise<Convergence>
  /** Starts the node anew and resolves when it answers with another boot id. Rejects with a sentence when it does not. */
  reboot(node: string, patienceSeconds: number): Promise<void>
  /** All looks are over: connections that were kept open for links to engines may end. */
  letGo(): Promise<void>
  /** Nodes whose turn does not come give their lease back. */
  release(node: string): Promise<void>
  /** Asks a member of a consensus group, in this run or not, for the lease of its group. Never rejects. */
  leaseGroup(member: string, wish: LeaseWish): Promise<MemberLease>
}

/** A node as far as the order of a run goes by it. */
export interface RolloutNode {
  readonly name: string
  readonly roles: readonly string[]
  /** Nodes that it stands on: they come through first. */
  readonly follows?: readonly string[]
  /** Nodes that stand on what is taken from it: they come through first. */
  readonly lastAfter?: readonly string[]
  /** Others stand all the time on what it gives: in a run of updates it goes last. */
  readonly carries?: boolean
  /** The node that it is reached through. */
  readonly through?: string
  /** What others may miss of it, and how many nodes with that may be away at once; its roles, which say nothing of it, when left out. */
  readonly paces?: readonly { readonly of: string; readonly pace?: Pace | undefined }[]
}

/** A run of updates: what it has to know besides. */
export interface Updating {
  /** All nodes of the cluster, in this run or not. */
  readonly members: readonly string[]
  /** Why no node may be begun with any more; undefined while one may. */
  closed(): NodeFailure | undefined
}

/** A run over some nodes of a cluster. */
export interface Rollout {
  readonly mode: 'plan' | 'apply'
  /** Nodes in scope, in the order of the cluster file. */
  readonly nodes: readonly RolloutNode[]
  readonly groups: readonly RaftGroup[]
  readonly drains?: readonly Drain[]
  readonly gates: readonly Gate[]
  readonly stores: readonly ClusterStore[]
  readonly probes: readonly EngineProbe[]
  /** Values that only running engines make; left out where no role offers any. */
  readonly offers?: RunOffers | undefined
  /** The run brings packages up to date, and changes nothing else. */
  readonly updating?: Updating | undefined
  /** How many nodes are under way at once. */
  readonly concurrency: number
  readonly delivery: Delivery
  readonly emit: (event: EventBody) => void
  /**
   * Asked once the nodes were looked at, before anything is touched: may this run go on at all? Where nothing differs only by what the look
   * has told. Tells nothing; never rejects.
   */
  readonly allowed?: ((isQuiet: boolean) => Promise<boolean>) | undefined
  /** Nodes that may not be changed in this run, with the reason; asked after `allowed`. The others go on. */
  readonly withheld?: (() => ReadonlyMap<string, NodeFailure>) | undefined
  /** Asked once, when something differs and before anything is touched. */
  readonly confirm?: (() => Promise<boolean>) | undefined
  readonly signal?: AbortSignal | undefined
  /** How long another run that holds a group is waited for; 600 when left out. */
  readonly lockPatienceSeconds?: number | undefined
  /** How long an apply waits at its look for an engine that does not answer yet; 30 when left out. */
  readonly engineSeconds?: number | undefined
  /** How long a member of a consensus group is waited for, in seconds; what its engine says when left out. */
  readonly patienceSeconds?: number | undefined
  /** By what clock members are waited for; this computer's when left out. */
  readonly clock?: Clock | undefined
}

/** How a node ended, before it is told as an event. */
export interface NodeResult {
  readonly summary: Summary
  readonly failure?: NodeFailure
  /** What became of it, where the failure does not mean that it failed. */
  readonly ending?: Extract<NodeOutcome, 'skipped' | 'declined' | 'unfinished'>
  readonly reboot: boolean
  /** When its change was done. */
  readonly since?: Date
}

/** Was the node brought to its end? */
export function isThrough(result: NodeResult | undefined): result is NodeResult {
  return result !== undefined && result.failure === undefined && result.ending === undefined
}
