/** The JSON Schema of the cluster file with the roles that there are, as a file. */
import { clusterFileJsonSchema } from '../cluster-file/json-schema.ts'
import { roleSchemas } from '../api/open.ts'

/** The text of `cluster.schema.json`; with the roles that Bramble has when none are given. */
export function clusterFileSchemaText(roles = roleSchemas()): string {
  return `${JSON.stringify(clusterFileJsonSchema(roles), undefined, 2)}\n`
}
