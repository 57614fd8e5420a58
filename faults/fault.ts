/** What an experiment with faults is: options in, trials out. */

/** What the command line may say. */
export interface FaultOptions {
  /** Number of trials at random; each experiment says what of. */
  readonly runs: number
  /** Everything random comes from it: the same number gives the same moments. */
  readonly seed: number
  /** Take the release of Consul that was built here instead of Debian's package. */
  readonly release: boolean
  /** Let the node be an emulated machine, whose disk forgets what was not flushed when its plug is pulled. */
  readonly emulated: boolean
  /** How often the plug is pulled before it is looked at what one more apply leaves; 1 or more. */
  readonly inARow: number
}

/** One attempt to break one promise. */
export interface Trial {
  /** What must hold; trials of one promise are one row of the table. */
  readonly promise: string
  /** What was done, precisely enough to find it again. */
  readonly what: string
  /** How the promise was broken; left out when it held. */
  readonly broken?: readonly string[]
  /** Whatever else was seen, for whoever reads the record. */
  readonly seen?: unknown
}

/** Told of every trial as soon as it is over, so that nothing is lost when a later one fails. */
export type Tell = (trial: Trial) => void

/** An experiment; removes what it makes. */
export type Experiment = (options: FaultOptions, tell: Tell, say: (text: string) => void) => Promise<void>

/** Numbers from 0 up to 1 that follow from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A trial that held when nothing is wrong. */
export function trialOf(promise: string, what: string, wrong: readonly string[], seen?: unknown): Trial {
  return { promise, what, ...(wrong.length > 0 && { broken: wrong }), ...(seen !== undefined && { seen }) }
}
