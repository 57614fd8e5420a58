/** Schema of a service that the cluster announces: where it runs, how it is checked. */
import { z } from 'zod'
import {
  DURATION,
  GRPC_PROBE,
  HTTP_PROBE,
  LABEL,
  TCP_PROBE,
  UNIT_NAME,
  listOf,
  oneOrMore,
  text,
} from './forms.ts'
import { labelsSchema, portSchema } from './node-schema.ts'
import { selectionSchema } from './selection-schema.ts'

/** The probes of a check, of which it has exactly one. */
export const PROBES = ['http', 'tcp', 'grpc', 'script'] as const

const checkSchema = z
  .strictObject({
    http: text(HTTP_PROBE)
      .optional()
      .meta({ description: 'URL that has to answer with success; ":8080/health" means on the node itself.' }),
    tcp: text(TCP_PROBE).optional().meta({
      description: 'Address and port that have to accept a connection; ":22" means on the node itself.',
    }),
    grpc: text(GRPC_PROBE)
      .optional()
      .meta({ description: 'Address and port of a gRPC health service, such as ":9090".' }),
    script: oneOrMore(text())
      .optional()
      .meta({ description: 'Program on the node and its arguments, as a list; status 0 means healthy.' }),
    interval: text(DURATION).default('10s').meta({ description: 'Time from one check to the next.' }),
    timeout: text(DURATION).default('5s').meta({ description: 'Time after which a check has failed.' }),
  })
  .meta({ description: 'How to tell whether the service is healthy: one of http, tcp, grpc or script.' })

/** One check of a service. */
export type ServiceCheck = z.output<typeof checkSchema>

/** The keys of one service. */
export const serviceSchema = z
  .strictObject({
    on: selectionSchema
      .optional()
      .meta({ description: 'Nodes that run it: names and groups, `all`, or a selector.' }),
    needs: listOf(text(LABEL))
      .default([])
      .meta({ description: 'Labels (`has`) that a node must have to run it.' }),
    port: portSchema.optional().meta({ description: 'Port that it listens on.' }),
    to: z.enum(['cluster', 'everyone']).default('cluster').meta({
      description:
        'Who is meant to reach the port: the nodes of the cluster, or everyone. A firewall goes by it.',
    }),
    tags: listOf(text()).default([]).meta({ description: 'Tags that it is registered with.' }),
    meta: labelsSchema.default({}).meta({ description: 'Further facts that it is registered with.' }),
    check: listOf(checkSchema).default([]).meta({ description: 'Health check, or a list of them.' }),
    run: z
      .strictObject({
        unit: text(UNIT_NAME).meta({
          description:
            'systemd unit that is enabled and runs, such as doorbell.service. It has to be there: a package, a role or you bring it.',
        }),
      })
      .optional()
      .meta({ description: 'What keeps it running.' }),
  })
  .meta({ description: 'One service that other members of the cluster find by its name.' })

/** A service as the cluster file says it, with its defaults filled in. */
export type ServiceEntry = z.output<typeof serviceSchema>
