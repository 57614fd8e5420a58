/** The function that gives a typed cluster file its types. */
import type { WithReferences } from '../cluster-file/references/reference.ts'
import type { ClusterFileInput } from '../cluster-file/schema.ts'
import type { RoleInputs } from '../roles/role-inputs.generated.ts'

/** What a typed cluster file may say; `Own` maps the names of own roles to the types of their options. */
export type TypedCluster<Own extends object = Record<never, never>> = WithReferences<
  ClusterFileInput<RoleInputs & Own>
>

/**
 * Returns what it is given: `export default defineCluster({ … })` in a `cluster.ts` makes the editor complete every key and the compiler
 * check it, those of every role as well.
 *
 * @example
 * export default defineCluster({
 *   cluster: 'office',
 *   domain: 'office.example.net',
 *   nodes: { hammond: { address: '192.168.1.10' } },
 *   roles: { base: { on: 'all', timezone: 'Europe/Lisbon' } },
 * })
 */
export function defineCluster<Own extends object = Record<never, never>>(
  cluster: TypedCluster<NoInfer<Own>>,
): TypedCluster<Own> {
  return cluster
}
