/** Options of the role nomad-server in the cluster file. */
import { z } from 'zod'
import { DNS_LABEL } from '../../cluster-file/forms.ts'
import { requiredBeside } from '../../wishes/file-wish.ts'
import { logLevel, oldState, raftMultiplier, stateFolder, unmaintained, versionOf } from '../agent-options.ts'

const label = z.string().regex(DNS_LABEL, 'must be lower-case letters, digits and inner hyphens')

const JOB_FILE =
  'File beside the cluster file with one job: HCL as Nomad reads it, or JSON as `nomad job run -json` takes it (.json).'

const job = z.union([
  requiredBeside(JOB_FILE).transform((file) => ({ file, take_over: false, secret: false })),
  z.strictObject({
    file: requiredBeside(JOB_FILE),
    take_over: z
      .boolean()
      .default(false)
      .describe('Whether a job of the same name that somebody else has registered becomes that of the file.'),
    secret: z
      .boolean()
      .default(false)
      .describe('The file and what differs from it show in no plan, diff or log.'),
  }),
])

/** Options of the role nomad-server. */
export const serverOptions = z
  .strictObject({
    version: versionOf('Nomad, of servers and clients'),
    unmaintained,
    region: label.default('global').describe('Name of the region; it is in the certificates of all agents.'),
    datacenter: label.optional().describe('Name of the datacenter; default: the name of the cluster.'),
    network: label
      .optional()
      .describe(
        'Role whose network servers and clients talk over, such as wireguard: they bind to their addresses there, and certificates hold these; default: the addresses of the nodes.',
      ),
    data_dir: stateFolder('Nomad', 'nomad-server')
      .default('/var/lib/nomad-server')
      .describe("Folder of the servers' state."),
    ui: z
      .boolean()
      .default(false)
      .describe('Whether the web interface can be reached at https://NODE:4646/ui; it asks for a token.'),
    raft_multiplier: raftMultiplier,
    heartbeat_grace: z
      .string()
      .regex(/^\d+(s|m)$/, 'must be a time such as 30s')
      .default('30s')
      .describe('How long a client may be silent beyond its heartbeat before its work is replaced.'),
    old_state: oldState
      .default('refuse')
      .describe(
        'What becomes of the state of a server that ran before the first apply: `refuse` ends the run before anything is changed, `adopt` goes on with it, `set_aside` begins without it and puts it back when the role leaves.',
      ),
    jobs: z
      .array(job)
      .default([])
      .describe(
        'Jobs that Nomad is to hold: planned by Nomad, registered and waited for, and ended when they leave the list.',
      ),
    log_level: logLevel.default('info').describe('How much the agent logs.'),
  })
  .describe('A server of Nomad.')

export type ServerOptions = z.output<typeof serverOptions>
