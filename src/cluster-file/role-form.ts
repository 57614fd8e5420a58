/** What the readers of a cluster file know of the roles that there are. */
import type { z } from 'zod'

/** What the cluster file may say of a role. */
export interface RoleForm {
  /** An object schema without `on` and `count`. */
  readonly options: z.ZodType
  /** `several`: the role may be a list, each item of it with its own `on` and options. */
  readonly uses?: 'one' | 'several' | undefined
  /** Options that a node may have otherwise (`nodes.NAME.options`). */
  readonly perNode?: readonly string[] | undefined
}

/** What may be said of the roles there are, by the name of the role. */
export type RoleSchemas = Readonly<Record<string, RoleForm>>
