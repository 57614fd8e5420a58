/** The JSON Schema of the cluster file, with which editors complete, explain and check. */
import { z } from 'zod'
import { clusterFileSchema } from './schema.ts'
import type { RoleSchemas } from './role-form.ts'

/** A draft-07 schema (what editors' YAML support understands best) of a cluster file with these roles. */
export function clusterFileJsonSchema(roles: RoleSchemas): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(clusterFileSchema(roles), { io: 'input', target: 'draft-07' })
  return {
    $schema,
    title: 'Cluster file',
    description: 'A cluster of boards, as Bramble reads it.',
    ...schema,
  }
}
