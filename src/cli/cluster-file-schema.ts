/** The JSON Schema of the cluster file with the roles that there are, as a file. */
import { clusterFileJsonSchema, partJsonSchema } from '../cluster-file/json-schema.ts'
import { roleSchemas } from '../api/open.ts'

/** The text of `cluster.schema.json`, or of that for files that it includes; with the roles that Bramble has when none are given. */
export function clusterFileSchemaText(roles = roleSchemas(), of: 'whole' | 'part' = 'whole'): string {
  const schema = of === 'part' ? partJsonSchema(roles) : clusterFileJsonSchema(roles)
  return `${JSON.stringify(schema, undefined, 2)}\n`
}
