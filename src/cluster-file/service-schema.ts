/** Schema of a service: where it runs, what keeps it running, how it is checked. */
import { z } from 'zod'
import {
  DURATION,
  GRPC_PROBE,
  HTTP_PROBE,
  LABEL,
  MEMORY,
  TCP_PROBE,
  UNIT_NAME,
  judgedBy,
  key,
  listOf,
  oneOrMore,
  text,
} from './forms.ts'
import { labelsSchema, portSchema } from './node-schema.ts'
import { parseSchedule } from './schedule.ts'
import { selectionSchema } from './selection-schema.ts'
import { ENVIRONMENT_NAME, IMAGE, PROGRAM, TIME_ZONE } from './service-forms.ts'

/** The probes of a check, of which it has exactly one. */
export const PROBES = ['http', 'tcp', 'grpc', 'script'] as const
/** What may keep a service running, of which it has exactly one. */
export const RUNS = ['unit', 'binary', 'container'] as const

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

/** Any text, as it goes to a program: an empty one too. */
const word = z.union([z.string(), z.number()]).transform(String)

const runSchema = z
  .strictObject({
    unit: text(UNIT_NAME).optional().meta({
      description:
        'systemd unit that is enabled and runs, such as doorbell.service. It has to be there: a package, a role or you bring it.',
    }),
    binary: text(PROGRAM).optional().meta({
      description:
        'Program that is on the node, by its path: a package, the role files or you bring it. It runs as a user of its own, which is not root.',
    }),
    container: text(IMAGE)
      .optional()
      .meta({ description: 'Image of a container, with its tag or digest, such as registry:5000/web:1.4.' }),
    args: z.array(word).default([]).meta({ description: 'Arguments of the program or the container.' }),
    by: text(LABEL).optional().meta({
      description:
        'Who keeps a binary or a container running: `nomad` or `systemd`. Default: Nomad where a node that may run it is a client of Nomad, else systemd.',
    }),
  })
  .meta({ description: 'What keeps it running: one of unit, binary or container.' })

const updateSchema = z
  .strictObject({
    parallel: z.int().min(1).default(1).meta({ description: 'How many are changed at a time.' }),
    healthy: text(DURATION)
      .default('10s')
      .meta({ description: 'How long one has to be well to count as well.' }),
    within: text(DURATION).default('5m').meta({ description: 'How long one may take to become well.' }),
  })
  .meta({
    description:
      'How a change is rolled out: one after the other, and back to what was well when it fails its check.',
  })

const SCHEDULE_FIX = 'write minute, hour, day of the month, month and day of the week, such as "30 3 * * *"'

/** The keys of one service. */
export const serviceSchema = z
  .strictObject({
    on: selectionSchema
      .optional()
      .meta({ description: 'Nodes that may run it: names and groups, `all`, or a selector.' }),
    needs: listOf(text(LABEL))
      .default([])
      .meta({ description: 'Labels (`has`) that a node must have to run it.' }),
    count: z
      .union([z.int().min(1).max(1000), z.literal('all')])
      .optional()
      .meta({
        description:
          'On how many of these nodes it runs, or `all`. Default: all for a unit, 1 for a binary or a container.',
      }),
    port: portSchema.optional().meta({ description: 'Port that it listens on.' }),
    to: z.enum(['cluster', 'everyone']).default('cluster').meta({
      description:
        'Who is meant to reach the port: the nodes of the cluster, or everyone. A firewall goes by it.',
    }),
    tags: listOf(text()).default([]).meta({ description: 'Tags that it is registered with.' }),
    meta: labelsSchema.default({}).meta({ description: 'Further facts that it is registered with.' }),
    check: listOf(checkSchema).default([]).meta({ description: 'Health check, or a list of them.' }),
    run: runSchema.optional(),
    env: z
      .record(key(ENVIRONMENT_NAME), word.meta({ description: 'Value of this variable.' }))
      .default({})
      .meta({
        description:
          'Variables of its environment, of a binary or a container. A secret is { from: { secret: NAME } }.',
      }),
    memory: text(MEMORY).optional().meta({
      description: 'Most memory that a binary or a container gets. Default: 128MiB.',
    }),
    schedule: judgedBy(text(), (written) => {
      const problem = parseSchedule(written)
      return typeof problem === 'string' ? { problem, fix: SCHEDULE_FIX } : undefined
    })
      .optional()
      .meta({
        description:
          'When a binary or a container is run, in the five fields of cron; without it, it runs all the time.',
      }),
    missed: z.enum(['skip', 'again']).optional().meta({
      description:
        'What becomes of a run whose node is lost, or was off: `skip` runs it at most once, `again` at least once. Default: skip.',
    }),
    time_zone: text(TIME_ZONE)
      .optional()
      .meta({ description: 'Time zone in which the schedule is read, such as Europe/Lisbon. Default: UTC.' }),
    update: updateSchema.optional(),
  })
  .meta({ description: 'One service that other members of the cluster find by its name.' })

/** A service as the cluster file says it, with its defaults filled in. */
export type ServiceEntry = z.output<typeof serviceSchema>
