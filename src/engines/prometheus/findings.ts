/** What can be wrong with a role that watches before it exists. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { alertsTargets } from '../../topology/metrics.ts'
import { watcherCodes } from './codes.ts'
import { jobsOf } from './jobs.ts'
import { secondsOf, type WatcherOptions } from './options.ts'

/** A mistake, with the option that it is about. */
export interface WatcherFinding {
  readonly diagnostic: Omit<Diagnostic, 'where'>
  readonly option?: string
}

/** Nothing to fetch, and looks too seldom for who listens for silence. `watcher` is the role. */
export function watcherFindings(
  watcher: string,
  { interval }: Pick<WatcherOptions, 'interval'>,
  cluster: Cluster,
): readonly WatcherFinding[] {
  const least = 2 * secondsOf(interval)
  const hasty = alertsTargets(cluster).filter(({ silenceSeconds = least }) => silenceSeconds < least)
  return [
    ...hasty.map(({ role, node, silenceSeconds = 0 }) => ({
      diagnostic: watcherCodes.SILENCE_TOO_SHORT({
        role,
        node,
        silence: silenceSeconds,
        watcher,
        interval,
        least,
      }),
      option: 'interval',
    })),
    ...(jobsOf(cluster, watcher).length === 0
      ? [{ diagnostic: watcherCodes.WATCHES_NOTHING({ watcher }) }]
      : []),
  ]
}
