/** What a push is given and what comes of it: the shapes that callers know. */
import type { EventBody, Difference, Summary } from '../../events/event.ts'
import type { DeliveryFailure } from '../transport/failure.ts'
import type { Transport } from '../transport/transport.ts'

/** One run on any number of nodes. */
export interface PushRun {
  /** Unique name of the run: letters, digits, `.`, `_` and `-`, at most 64. */
  readonly run: string
  /** Who: `user@computer`, as others read it when the node is busy. */
  readonly by: string
  readonly transport: Transport
  /** Runs of this cluster whose controller is known to be dead; what they hold is taken over. */
  readonly deadRuns?: readonly string[]
  /** End the program of whoever holds a node, and take the node. */
  readonly takeOver?: boolean
  /** How long a node that another run holds is waited for; not at all when left out. */
  readonly waitLockSeconds?: number
  /** How long a change that can cut us off waits for a new connection; 60 when left out. */
  readonly trialSeconds?: number
  /** How long a node may say nothing during a check; 60 when left out. */
  readonly silenceSeconds?: number
  /** How long a session may take that is to end by itself, whatever the node says meanwhile; 900 when left out. */
  readonly longestSeconds?: number
  /** How long a broken connection is taken up again during a converge; 120 when left out. */
  readonly rejoinSeconds?: number
  /** Stops the controller's part. A program that already converges goes on to its end. */
  readonly signal?: AbortSignal
}

/** Told what happens, as it happens. Texts are harmless for a terminal. Never throws. */
export type PushEvents = (event: EventBody) => void

/** A resource that is not as wanted. */
export interface NodeDifference {
  /** Key of `program.resources`. */
  readonly id: string
  /** `node/kind:name` */
  readonly address: string
  readonly action: 'create' | 'update' | 'remove'
  readonly differences: readonly Difference[]
  /**
   * Text of the file that is there now, after `visible`: apply that to the wanted text too before comparing the two.
   * Left out when it is secret, large or no text.
   */
  readonly currentText?: string
}

/** What is owned on the node and no longer wanted. */
export interface Orphan {
  readonly kind: string
  readonly name: string
  /** Something else was there before, and comes back. */
  readonly putsBack?: true
  /** What that is, where it has a name of its own. */
  readonly what?: string
}

/** What keeps an apply from being begun. */
export interface Obstacle {
  readonly what: string
  /** What to write or to type. */
  readonly wayOut: string
}

/** A node that was looked at. */
export interface Observation {
  readonly reached: true
  readonly node: string
  readonly facts: Readonly<Record<string, string>>
  /** In the order of the program. */
  readonly differing: readonly NodeDifference[]
  /** Will be removed by a converge, in this order. */
  readonly orphans: readonly Orphan[]
  /** What makes an apply impossible, whatever it would be allowed to do. */
  readonly obstacles: readonly Obstacle[]
  /** What is no failure and worth a word. */
  readonly notices: readonly string[]
  /** Kinds of orphans whose shell is not in the program: compile again with them (`alsoKinds`) before converging. */
  readonly missingKinds: readonly string[]
  /** The program that the node keeps for a converge; `undefined` when it keeps none. */
  readonly keptProgram?: string
  /** The node's clock against ours, in seconds; positive when it is ahead. */
  readonly clockSeconds?: number
}

/** A node that could not be worked on. */
export interface Unreached {
  readonly reached: false
  readonly node: string
  readonly failure: DeliveryFailure
}

/** How one resource ended. */
export interface ResourceOutcome {
  /** `node/kind:name` */
  readonly address: string
  readonly outcome: 'changed' | 'failed' | 'skipped'
  readonly action: 'create' | 'update' | 'remove'
  /** Of a failure, or the address of the need that failed. */
  readonly message?: string
  readonly output?: readonly string[]
}

/** A node whose program came to its end; single resources may have failed. */
export interface Convergence {
  readonly reached: true
  readonly node: string
  readonly facts: Readonly<Record<string, string>>
  readonly outcomes: readonly ResourceOutcome[]
  readonly summary: Summary
  /** What changed is in force only after a restart of the node. */
  readonly rebootDue: boolean
  /** Resources failed because a file system is full or read-only. */
  readonly medium?: DeliveryFailure
}
