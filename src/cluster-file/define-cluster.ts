/** The function that gives a typed cluster file its types. */
import type { ClusterFileInput } from './schema.ts'

/**
 * Returns what it is given: `export default defineCluster({ … })` in a `cluster.ts` makes the editor complete and check
 * every key. `Roles` maps the name of each role to the type of its options.
 */
export function defineCluster<Roles extends object = Record<string, object>>(
  cluster: ClusterFileInput<Roles>,
): ClusterFileInput<Roles> {
  return cluster
}
