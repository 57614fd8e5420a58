/** The part of the public API that commands call. They get it handed in, so that none of it is loaded for `--help`. */
import type { OpenedCluster, OpenFailure, OpenOptions } from '../cluster/open.ts'
import type { Event } from '../events/event.ts'
import type { LabNodeState, LabProgress } from '../lab/lab-spec.ts'

/** What a run may be told. */
export interface RunOptions {
  readonly nodes?: readonly string[]
  readonly roles?: readonly string[]
  readonly takeOver?: boolean
  readonly concurrency?: number
  readonly signal?: AbortSignal
  readonly sudoPassword?: () => Promise<string>
  /** Called once, when something differs and before anything is touched. */
  readonly confirm?: (planned: readonly Event[]) => Promise<boolean>
}

/** How one node stands. */
export interface NodeStatus {
  readonly name: string
  readonly wanted: readonly string[]
  readonly reached: boolean
  readonly detail?: string | undefined
  readonly model: string
  readonly memoryBytes: number
  readonly memoryUsedBytes?: number | undefined
  readonly diskFreeBytes?: number | undefined
  readonly clockOffsetSeconds?: number | undefined
  readonly throttled?: string | undefined
  readonly uptimeSeconds?: number | undefined
  readonly certificateDaysLeft?: number | undefined
  /** Resources that differ. */
  readonly drift?: number | undefined
}

/** How one engine stands. */
export interface EngineStatus {
  readonly name: string
  readonly healthy: boolean
  readonly detail: string
  readonly leader?: string | undefined
  readonly members: readonly {
    readonly node: string
    readonly role: 'server' | 'client'
    readonly state: string
    readonly voter?: boolean | undefined
    readonly leader?: boolean | undefined
    readonly version?: string | undefined
  }[]
  readonly failingChecks: readonly {
    readonly node: string
    readonly service: string
    readonly check: string
    readonly output: string
  }[]
}

/** What is wanted against what is. */
export interface ClusterStatus {
  readonly nodes: readonly NodeStatus[]
  readonly engines: readonly EngineStatus[]
}

/** What was read of one node. */
export interface NodeFacts {
  readonly node: string
  /** Facts by key; undefined when the node does not answer. */
  readonly facts?: Readonly<Record<string, string>> | undefined
  /** Why there are none. */
  readonly detail?: string | undefined
}

/** The functions of `src/cluster` that commands call. */
export interface ClusterApi {
  openCluster(options: OpenOptions): Promise<{ readonly cluster: OpenedCluster } | OpenFailure>
  plan(cluster: OpenedCluster, options?: RunOptions): AsyncIterable<Event>
  apply(cluster: OpenedCluster, options?: RunOptions): AsyncIterable<Event>
  status(cluster: OpenedCluster): Promise<ClusterStatus>
  facts(cluster: OpenedCluster, nodes?: readonly string[]): Promise<readonly NodeFacts[]>
  sshArguments(cluster: OpenedCluster, node: string, command: readonly string[]): Promise<readonly string[]>
  sshConfigText(cluster: OpenedCluster): Promise<string> | string
  bringUpLab(
    cluster: OpenedCluster,
    progress?: LabProgress,
    options?: { readonly shareMemory?: boolean },
  ): Promise<readonly LabNodeState[]>
  takeDownLab(cluster: { readonly name: string; readonly folder: string }): Promise<void>
}
