/** Collects what is wrong with releases, so that all of it is told at once. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { ReleaseError } from '../releases/release-error.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'

/** The results for all items, one after the other; throws {@link DiagnosticsError} with every release that could not be had. */
export async function allReleases<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  // By what they say: a key that cannot be read is one mistake, whatever it was needed for.
  const problems = new Map<string, Diagnostic>()
  const results: Result[] = []
  for (const item of items) {
    try {
      results.push(await work(item))
    } catch (error) {
      if (!(error instanceof ReleaseError)) throw error
      problems.set(error.message, error.diagnostic)
    }
  }
  if (problems.size > 0) throw new DiagnosticsError([...problems.values()])
  return results
}
