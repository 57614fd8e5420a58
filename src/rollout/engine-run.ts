/** An engine in a run. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type {
  ClusterDifference,
  ClusterStore,
  EngineProbe,
  EngineStatus,
  Unseen,
} from '../engines/contract.ts'
import type { NodeOutcome, Summary } from '../events/event.ts'

/** What an engine says of itself. */
export interface EngineLook {
  /** What is not well, one sentence each. */
  readonly problems: readonly string[]
  /** Members on computers that the cluster file does not have, and the unit that each runs as. */
  readonly strangers?: EngineStatus['strangers']
  /** Those of them that may pass by themselves within seconds: a server is late, or has just come back. */
  readonly unsettled?: readonly string[]
  /** Why nobody could be asked, when nobody could. */
  readonly failure?: string
}

/** An engine in a run: what was seen of it, and what became of it so far. */
export interface EngineRun {
  readonly name: string
  readonly store?: ClusterStore
  readonly probe?: EngineProbe
  readonly differences: readonly ClusterDifference[]
  /** Single things that could not be looked at. */
  readonly unseen: readonly Unseen[]
  /** What the engine says of itself; told at the first look, and at the last one when something was changed. */
  look: EngineLook
  summary: Summary
  /** Names of the values that it makes for others. */
  readonly offers: readonly string[]
  /** What became of each address so far: before the nodes, after them, and in further rounds. */
  outcomes: ReadonlyMap<string, 'changed' | 'failed'>
  /** Why it is not as wanted. */
  failure?: Pick<Diagnostic, 'summary' | 'code' | 'why' | 'fix'>
  ending?: Extract<NodeOutcome, 'skipped' | 'declined'>
}
