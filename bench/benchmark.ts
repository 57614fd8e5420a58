/** What a benchmark is: options in, figures out. */
import type { Figure } from './figure.ts'

/** What the command line may say. */
export interface BenchOptions {
  /** Number of samples of each figure. */
  readonly runs: number
  /** Sizes of what is generated: nodes of a cluster, or resources of a node. */
  readonly sizes: readonly number[]
  /** Numbers of nodes. */
  readonly nodes: readonly number[]
  /** Round trips that are added, in milliseconds. */
  readonly delays: readonly number[]
  /** Names of cases. */
  readonly cases: readonly string[]
  /** Names of tools; all when there are none. */
  readonly tools: readonly string[]
  /** Take the release of Consul that was built here instead of Debian's package. */
  readonly release: boolean
}

/** What came of a benchmark. */
export interface Outcome {
  readonly figures: readonly Figure[]
  /** Tables of another form than that of the figures. */
  readonly tables?: readonly string[]
  /** Files to be kept beside the record, by name. */
  readonly files?: Readonly<Record<string, string>>
  /** Sentences for the reader of the table. */
  readonly notes?: readonly string[]
  /** Everything else that was seen, for whoever reads the record. */
  readonly raw?: unknown
}

/** A benchmark; removes what it makes. One that takes hours keeps what it sees on the way. */
export type Benchmark = (
  options: BenchOptions,
  say: (text: string) => void,
  keep: (seen: object) => void,
) => Promise<Outcome>

/** How long something takes, in seconds, and what came of it. */
export async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const start = performance.now()
  const result = await work()
  return { seconds: (performance.now() - start) / 1000, result }
}
