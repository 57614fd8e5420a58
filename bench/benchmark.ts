/** What a benchmark is: options in, figures out. */
import type { Figure } from './figure.ts'

/** What the command line may say. */
export interface BenchOptions {
  /** Number of samples of each figure. */
  readonly runs: number
  /** Sizes of the generated clusters. */
  readonly sizes: readonly number[]
  /** Take the release of Consul that was built here instead of Debian's package. */
  readonly release: boolean
}

/** What came of a benchmark. */
export interface Outcome {
  readonly figures: readonly Figure[]
  /** Sentences for the reader of the table. */
  readonly notes?: readonly string[]
  /** Everything else that was seen, for whoever reads the record. */
  readonly raw?: unknown
}

/** A benchmark; removes what it makes. */
export type Benchmark = (options: BenchOptions, say: (text: string) => void) => Promise<Outcome>

/** How long something takes, in seconds, and what came of it. */
export async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const start = performance.now()
  const result = await work()
  return { seconds: (performance.now() - start) / 1000, result }
}
