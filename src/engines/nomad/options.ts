/** Options of the role nomad-server in the cluster file. */
import { z } from 'zod'
import { DNS_LABEL } from '../../cluster-file/forms.ts'

const label = z.string().regex(DNS_LABEL, 'must be lower-case letters, digits and inner hyphens')

/** Options of the role nomad-server. */
export const serverOptions = z
  .strictObject({
    version: z
      .string()
      .regex(
        /^\d+\.\d+\.\d+$/,
        'must be a full version, three numbers with dots between them; left out, it is the newest',
      )
      .optional()
      .describe(
        'Version of Nomad, of servers and clients; default: what the cluster lock pins, at first the newest of the newest line that Bramble knows and HashiCorp supports.',
      ),
    unmaintained: z
      .literal('accepted')
      .optional()
      .describe(
        'accepted: run also a version with a known weakness that breaks what SECURITY.md promises; plan and status go on telling what it means.',
      ),
    region: label.default('global').describe('Name of the region; it is in the certificates of all agents.'),
    datacenter: label.optional().describe('Name of the datacenter; default: the name of the cluster.'),
    network: label
      .optional()
      .describe(
        'Role whose network servers and clients talk over, such as wireguard: they bind to their addresses there, and certificates hold these; default: the addresses of the nodes.',
      ),
    data_dir: z
      .string()
      .regex(
        /^\/(var\/lib|srv|opt|mnt)\/[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
        'must be a folder of its own, such as /var/lib/nomad-server or /srv/nomad-server',
      )
      .default('/var/lib/nomad-server')
      .describe("Folder of the servers' state."),
    ui: z
      .boolean()
      .default(false)
      .describe('Whether the web interface can be reached at https://NODE:4646/ui; it asks for a token.'),
    raft_multiplier: z
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe('Patience of the consensus with slow servers, 1 to 10; default: by the slowest board.'),
    heartbeat_grace: z
      .string()
      .regex(/^\d+(s|m)$/, 'must be a time such as 30s')
      .default('30s')
      .describe('How long a client may be silent beyond its heartbeat before its work is replaced.'),
    old_state: z
      .enum(['refuse', 'adopt', 'set_aside'])
      .default('refuse')
      .describe(
        'What becomes of the state of a server that ran before the first apply: `refuse` ends the run before anything is changed, `adopt` goes on with it, `set_aside` begins without it and puts it back when the role leaves.',
      ),
    log_level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error'])
      .default('info')
      .describe('How much the agent logs.'),
  })
  .describe('A server of Nomad.')

export type ServerOptions = z.output<typeof serverOptions>
