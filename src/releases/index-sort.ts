/** How a maker says which versions are out. */

/** A version that is out. */
export interface ReleasedVersion {
  readonly version: string
  /** What it is built for on Linux, in the maker's words. */
  readonly architectures: readonly string[]
}

/** What an index is asked about. */
export interface IndexQuestion {
  readonly product: string
  /** Lines that the role knows, oldest first: some makers have an index for each line. */
  readonly known: readonly string[]
}

/** One way of saying which versions are out. */
export interface IndexSort {
  /** Where the maker has it, when that is not where the releases are. A mirror has both. */
  readonly base?: string
  /** Paths of what it consists of, below the base; where there are several, some may be missing. */
  paths(question: IndexQuestion): readonly string[]
  /** Reads one of them. Throws an error with a plain sentence when it is not what it should be. */
  read(text: string, question: IndexQuestion): readonly ReleasedVersion[]
}
