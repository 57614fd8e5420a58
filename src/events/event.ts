/** The events of a run: plain data, past tense, the same in the terminal, the journal, `--json` and the API. */

/** What became of a resource. `unchanged` is a success of its own. */
export type Outcome = 'unchanged' | 'changed' | 'failed' | 'skipped'

/**
 * What became of a node, or of an engine. `skipped`: not touched, because of another one or because the run was interrupted;
 * `declined`: it would change, and nobody agreed; `unfinished`: the run left it at work, and it goes on by itself.
 */
export type NodeOutcome = Outcome | 'declined' | 'unfinished'

/**
 * What became of a run. Only `unchanged` and `changed` mean that all is well. `incomplete`: nothing failed, and something could not
 * be looked at or was not reached; `interrupted`: somebody stopped it.
 */
export type RunOutcome = 'unchanged' | 'changed' | 'failed' | 'incomplete' | 'declined' | 'interrupted'

/** Is all as wanted after a run that ended so, or was all of it seen in a plan? */
export function isWell(outcome: RunOutcome): boolean {
  return outcome === 'unchanged' || outcome === 'changed'
}

/** How many resources ended in which way. */
export interface Summary {
  readonly unchanged: number
  readonly changed: number
  readonly failed: number
  readonly skipped: number
}

/** One field of a resource that is not as wanted; `content` of a text file comes with both texts. */
export interface Difference {
  readonly field: string
  /** As it is on the node; left out when the resource is not there or the value is secret. */
  readonly is?: string
  /** As it is wanted; left out when it is to go or the value is secret. */
  readonly wanted?: string
  /** Why a value that is there is left out. */
  readonly hidden?: 'secret' | 'too long' | 'no text'
  /** Size of what is wanted, in bytes, where it is not shown for its length or its form. */
  readonly wantedBytes?: number
}

/** What a change does to a service beyond its settings: the moments in which it does not serve, or serves something else. */
export type Effect = 'restart' | 'reload' | 'start' | 'stop' | 'restart at the next boot'

/** Nodes that change one step after the other; within a step all at once. */
export interface Lane {
  /** `free`: nothing is at stake; `canary`: the first shows whether it works, and the others go by their pace; else the consensus group that is guarded. */
  readonly guard: string
  readonly steps: readonly (readonly string[])[]
}

/**
 * Nodes that go after others, and nobody else waits for that. `stands-on`: they need what those give; `way-first`: they are reached through those,
 * which are being made; `way-last`: those are reached through them; `taken-last`: those stand on what is taken from them.
 */
export interface PlannedWait {
  readonly nodes: readonly string[]
  readonly after: readonly string[]
  readonly why: 'stands-on' | 'way-first' | 'way-last' | 'taken-last'
}

/** What happened. `address` is `node/kind:name` (or `cluster/kind:name` for what belongs to no node). */
export type EventBody =
  | {
      readonly type: 'run-started'
      readonly command: 'plan' | 'apply'
      readonly cluster: string
      readonly nodes: readonly string[]
      readonly lab: boolean
      readonly by: string
    }
  | {
      readonly type: 'node-connected'
      readonly node: string
      readonly facts: Readonly<Record<string, string>>
    }
  | {
      readonly type: 'phase-started'
      readonly node: string
      readonly phase: 'connect' | 'check' | 'wait' | 'converge' | 'verify' | 'gate' | 'reboot'
      readonly detail?: string
    }
  | {
      readonly type: 'resource-differs'
      readonly node: string
      readonly address: string
      readonly action: 'create' | 'update' | 'remove'
      readonly reason: string
      readonly differences: readonly Difference[]
      readonly effect?: Effect
      /** What was there before is put back, rather than nothing left. */
      readonly putsBack?: true
    }
  | {
      /** Told after its look, as long as something of the node stands on values that only a running engine makes. */
      readonly type: 'node-waits'
      readonly node: string
      /** Names of the values that are not there yet. */
      readonly offers: readonly string[]
      /** Resources (`kind:name`) that are left as they are until then. */
      readonly addresses: readonly string[]
    }
  | {
      readonly type: 'order-planned'
      /** So many nodes change at once at most. */
      readonly concurrency: number
      /** They all begin at once. */
      readonly lanes: readonly Lane[]
      /** Who goes after whom beside that. */
      readonly waits?: readonly PlannedWait[]
    }
  | {
      readonly type: 'resource-unseen'
      readonly node: string
      readonly address: string
      readonly message: string
    }
  | {
      readonly type: 'resource-changed'
      readonly node: string
      readonly address: string
      readonly action: 'create' | 'update' | 'remove'
      readonly putsBack?: true
    }
  | {
      readonly type: 'resource-failed'
      readonly node: string
      readonly address: string
      readonly message: string
      readonly output: readonly string[]
    }
  | {
      readonly type: 'resource-skipped'
      readonly node: string
      readonly address: string
      readonly message: string
    }
  | { readonly type: 'output'; readonly node: string; readonly text: string }
  | { readonly type: 'warning'; readonly node?: string; readonly code: string; readonly text: string }
  | { readonly type: 'gate-passed'; readonly node: string; readonly gate: string; readonly detail: string }
  | {
      readonly type: 'node-finished'
      readonly node: string
      readonly outcome: NodeOutcome
      readonly summary: Summary
      /** How long it was worked on; the wait for its turn is not counted. */
      readonly seconds?: number
      readonly message?: string
      /** Of the failure, for `bramble explain`; left out where the message says all there is to say. */
      readonly code?: string
      readonly why?: string
      readonly fix?: string
      /** The last lines that came with the failure. */
      readonly output?: readonly string[]
    }
  | {
      readonly type: 'engine-finished'
      readonly engine: string
      readonly outcome: NodeOutcome
      /** Of what belongs to the cluster. */
      readonly summary: Summary
      /** What the engine itself says is not well: a check that fails, a member that is gone. */
      readonly problems: readonly string[]
      readonly message?: string
      readonly code?: string
      readonly why?: string
      readonly fix?: string
    }
  | {
      readonly type: 'run-finished'
      readonly outcome: RunOutcome
      readonly summary: Summary
      readonly failedNodes: readonly string[]
      /** Nodes that were skipped or are still at work; left out when there are none. */
      readonly unfinishedNodes?: readonly string[]
    }

/** An event as it is written: the body with its version, time (RFC 3339) and run. */
export type Event = EventBody & { readonly v: 1; readonly at: string; readonly run: string }

/** Where events go. Never throws. */
export type EventSink = (event: Event) => void

/** The summary of nothing. */
export const EMPTY_SUMMARY: Summary = { unchanged: 0, changed: 0, failed: 0, skipped: 0 }

/** The sum of two summaries, field by field. */
export function addSummaries(a: Summary, b: Summary): Summary {
  return {
    unchanged: a.unchanged + b.unchanged,
    changed: a.changed + b.changed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  }
}
