/** The role `node-exporter`, held to the contract of roles. */
import { describeRole } from '../../../test/contract/role.ts'
import type { Role } from '../role.ts'
import nodeExporter from './node-exporter.ts'

describeRole({
  role: nodeExporter as unknown as Role<never>,
  required: {},
  samples: { 'another port': { port: 9200 } },
})
