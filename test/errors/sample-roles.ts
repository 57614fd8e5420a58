/** Roles for the fixtures, as small as can be, so that a new option of a real role changes no expected text. */
import { z } from 'zod'
import type { Role } from '../../src/roles/role.ts'

function sample(name: string, options: z.ZodObject, more: Partial<Role> = {}): readonly [string, Role] {
  const role = {
    name,
    summary: 'A role for the fixtures.',
    options: options as unknown as Role['options'],
    resources: () => [],
    ...more,
  }
  return [name, role]
}

const timezone = z.string().optional().meta({ description: 'Time zone.' })
const ui = z.string().optional().meta({ description: 'Node with the user interface.' })

const source = z.string().meta({ description: 'A file beside the cluster file.' })

/** A role for every node, two of one family, and one that reads files and can be used several times. */
export const SAMPLE_ROLES: Readonly<Record<string, Role>> = Object.fromEntries([
  sample('sample', z.object({ timezone }), { perNode: ['timezone'] }),
  sample('sample-server', z.object({ ui }), { family: 'sample' }),
  sample('sample-files', z.object({ source }), {
    uses: 'several',
    perNode: ['source'],
    files: ({ source: path }: { readonly source: string }) => [{ path, option: 'source' }],
  }),
  sample('sample-client', z.object({}), { family: 'sample' }),
])
