/** Who watches the cluster: fetches what roles measure, and tells of alerts. */
import type { ClusterNode } from './node.ts'

/** A role that watches, on a node. */
export interface Watcher {
  readonly role: string
  readonly node: ClusterNode
}
