/** `facts`: asks nodes what they are, and keeps what stays the same in the cluster lock. */
import { observe, type PushRun } from '../delivery/push/push.ts'
import { forTwin } from '../diagnostics/for-twin.ts'
import { newRunId } from '../journal/run-id.ts'
import { withFacts } from '../cluster-lock/cluster-lock.ts'
import { limit } from '../support/limit.ts'
import { writeLock } from './folder/cluster-folder.ts'
import { controllerName } from './events.ts'
import type { OpenedCluster } from './open.ts'
import { compileResources } from '../programs/programs.ts'
import { nodesInScope, type Scope } from '../programs/scope.ts'
import { withTransport } from './connect.ts'

/** What was read of one node. */
export interface NodeFacts {
  readonly node: string
  /** Facts by key; undefined when the node does not answer. */
  readonly facts?: Readonly<Record<string, string>>
  /** Why there are none. */
  readonly detail?: string
  /** What to type then. */
  readonly fix?: string
}

const CONCURRENCY = 50

/** Asks the chosen nodes, one session each. A node that does not answer holds back nobody. */
export async function facts(cluster: OpenedCluster, scope: Scope = {}): Promise<readonly NodeFacts[]> {
  const names = nodesInScope(cluster.resolved, scope)
  return withTransport(cluster, async (transport) => {
    const push: PushRun = { run: newRunId(new Date()), by: controllerName(), transport }
    const within = limit(CONCURRENCY)
    const found = await Promise.all(
      names.map((node) =>
        within(async (): Promise<NodeFacts> => {
          const seen = await observe(push, compileResources(node, []), 'plan', () => undefined)
          if (seen.reached) return { node, facts: seen.facts }
          const { summary, fix } = seen.failure
          return { node, detail: summary, fix: cluster.lab ? forTwin(fix) : fix }
        }),
      ),
    )
    let { lock } = cluster.source
    for (const { node, facts: read } of found) if (read) lock = withFacts(lock, node, read)
    await writeLock(cluster.paths.lockFile, lock)
    return found
  })
}
