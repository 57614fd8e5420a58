/** The JSON Schema of the cluster file with the roles that there are, as a file. */
import { clusterFileJsonSchema } from '../cluster-file/json-schema.ts'
import { roleSchemas } from '../api/open.ts'

/** The text of `cluster.schema.json`. */
export function clusterFileSchemaText(): string {
  return `${JSON.stringify(clusterFileJsonSchema(roleSchemas()), undefined, 2)}\n`
}
