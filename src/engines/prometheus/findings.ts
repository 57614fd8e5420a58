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
  readonly node?: string
}

/** Another who watches on the same node, nothing to fetch, and looks too seldom for who listens for silence. `watcher` is the role. */
export function watcherFindings(
  watcher: string,
  { interval }: Pick<WatcherOptions, 'interval'>,
  cluster: Cluster,
): readonly WatcherFinding[] {
  const crowded = cluster.watchers().flatMap(({ role, node }) => {
    const first = cluster.watchers().find((one) => one.node.name === node.name)
    return role === watcher && first && first.role !== role ? [{ node: node.name, first: first.role }] : []
  })
  const least = 2 * secondsOf(interval)
  const hasty = alertsTargets(cluster).filter(({ silenceSeconds = least }) => silenceSeconds < least)
  return [
    ...crowded.map(({ node, first }) => ({
      diagnostic: watcherCodes.WATCHERS_ON_ONE_NODE({ node, roles: [first, watcher] }),
      node,
    })),
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
