/** Roles for the fixtures, as small as can be, so that a new option of a real role changes no expected text. */
import { z } from 'zod'
import type { Role } from '../../src/roles/role.ts'

function sample(name: string, options: z.ZodObject, family?: string): readonly [string, Role] {
  const role = {
    name,
    summary: 'A role for the fixtures.',
    options: options as unknown as Role['options'],
    resources: () => [],
    ...(family !== undefined && { family }),
  }
  return [name, role]
}

const timezone = z.string().optional().meta({ description: 'Time zone.' })
const ui = z.string().optional().meta({ description: 'Node with the user interface.' })

/** A role for every node, and two of one family. */
export const SAMPLE_ROLES: Readonly<Record<string, Role>> = Object.fromEntries([
  sample('sample', z.object({ timezone })),
  sample('sample-server', z.object({ ui }), 'sample'),
  sample('sample-client', z.object({}), 'sample'),
])
