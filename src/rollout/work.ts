/** What a rollout is given and what it expects of a delivery. It knows nodes by name, addresses as text, and engines by contract. */
import type { ClusterStore, Gate, NodeLink, QuorumGroup } from '../engines/contract.ts'
import type { EventBody, Summary } from '../events/event.ts'

/** One resource of a node that is not as wanted. */
export interface PendingChange {
  /** `kind:name`. */
  readonly address: string
  readonly action: 'create' | 'update' | 'remove'
}

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
      /** Some run has changed it before: it may be at work already. */
      readonly isManaged: boolean
    }
  | ({ readonly node: string; readonly reached: false } & NodeFailure)

/** How the change of a node ended. */
export interface Convergence {
  readonly node: string
  readonly summary: Summary
  /** Why it broke off, when it did not get to its end. */
  readonly failure?: NodeFailure
  /** The node has to be started anew before it is as wanted. */
  readonly reboot: boolean
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
}

/** A run over some nodes of a cluster. */
export interface Rollout {
  readonly mode: 'plan' | 'apply'
  /** Nodes in scope, in the order of the cluster file, with the names of their roles. */
  readonly nodes: readonly { readonly name: string; readonly roles: readonly string[] }[]
  readonly groups: readonly QuorumGroup[]
  readonly gates: readonly Gate[]
  readonly stores: readonly ClusterStore[]
  /** How many nodes are under way at once. */
  readonly concurrency: number
  readonly delivery: Delivery
  readonly emit: (event: EventBody) => void
  /** Asked when a node differs, before anything is touched: may this run change it at all? Tells nothing; never rejects. */
  readonly allowed?: (() => Promise<boolean>) | undefined
  /** Nodes that may not be changed in this run, with the reason; asked after `allowed`. The others go on. */
  readonly withheld?: (() => ReadonlyMap<string, NodeFailure>) | undefined
  /** Asked once, when something differs and before anything is touched. */
  readonly confirm?: (() => Promise<boolean>) | undefined
  readonly signal?: AbortSignal | undefined
}

/** How a node ended, before it is told as an event. */
export interface NodeResult {
  readonly summary: Summary
  readonly failure?: NodeFailure
  readonly reboot: boolean
}
