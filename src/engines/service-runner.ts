/** Services that something gives to nodes: how they stand by its own word, and how they are begun anew. */
import type { PlacedService } from '../topology/service.ts'
import type { NodeLink } from './contract.ts'

/** One place where a service runs, or has run last. */
export interface ServiceInstance {
  readonly node: string
  /** In the words of people: `running`, `failed: …`, `waits for its next run`. */
  readonly state: string
  /** It is neither running nor waiting for its time. */
  readonly isWrong: boolean
  readonly since?: Date
}

/** How one service stands, by the word of who runs it. */
export interface ServiceState {
  readonly instances: readonly ServiceInstance[]
  /** Why there is none. */
  readonly detail?: string
  /** What keeps it from being run, where waiting alone does not mend it. */
  readonly problem?: string
  /** When it is run next, where whoever runs it says so. */
  readonly next?: Date
}

/** A place where a service was begun anew, or was to be. */
export interface RestartedInstance {
  readonly node: string
  /** Why it does not run there again; left out where it does. */
  readonly failure?: string
}

/** What a service wrote last in one place, to one of its two outputs. */
export interface WrittenText {
  readonly node: string
  /** Which part of it wrote, where it has several. */
  readonly part?: string
  readonly stream: 'stdout' | 'stderr'
  /** Whole lines, oldest first. */
  readonly lines: readonly string[]
}

/** Somebody who gives services to nodes. */
export interface ServiceRunner {
  /** Name of who runs them, as in {@link PlacedService}. */
  readonly by: string
  /** Nodes through which it can be asked, best first. */
  readonly members: readonly string[]
  /** Asks about one service. Rejects with a sentence when it cannot be asked. */
  ask(link: NodeLink, node: string, service: PlacedService): Promise<ServiceState>
  /**
   * Begins a service anew where it runs, one place after the other, and tells of each when it runs again or does not; after one that does not,
   * nothing else is touched. Rejects with a sentence when it cannot be asked, or when nothing runs.
   */
  restart(
    link: NodeLink,
    node: string,
    service: PlacedService,
    signal?: AbortSignal,
  ): AsyncIterable<RestartedInstance>
  /**
   * What a service wrote last where it runs, or ran last: of each of its outputs so many lines at most. Rejects with a sentence when it cannot be asked,
   * or was nowhere yet; a place that does not answer is named by `silent`.
   */
  logs(
    link: NodeLink,
    node: string,
    service: PlacedService,
    lines: number,
  ): Promise<{ readonly written: readonly WrittenText[]; readonly silent: readonly string[] }>
}
