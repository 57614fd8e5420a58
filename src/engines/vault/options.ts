/** Options of the role vault in the cluster file. */
import { z } from 'zod'
import { DNS_LABEL } from '../../cluster-file/forms.ts'

/** Shamir's sharing as Vault does it has bytes for coordinates (`shamir/shamir.go`). */
const MOST_SHARES = 255

/** Options of the role vault. */
export const vaultOptions = z
  .strictObject({
    version: z
      .string()
      .regex(
        /^\d+\.\d+\.\d+$/,
        'must be a full version, three numbers with dots between them; left out, it is the newest',
      )
      .optional()
      .describe(
        'Version of Vault; default: what the cluster lock pins, at first the newest of the newest line that Bramble knows and HashiCorp supports.',
      ),
    unmaintained: z
      .literal('accepted')
      .optional()
      .describe(
        'accepted: run also a version with a known weakness that breaks what SECURITY.md promises; plan and status go on telling what it means.',
      ),
    network: z
      .string()
      .regex(DNS_LABEL, 'must be lower-case letters, digits and inner hyphens')
      .optional()
      .describe(
        'Role whose network the servers talk and listen on, such as wireguard: certificates hold their addresses there; default: the addresses of the nodes.',
      ),
    data_dir: z
      .string()
      .regex(
        /^\/(var\/lib|srv|opt|mnt)\/[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
        'must be a folder of its own, such as /var/lib/vault or /srv/vault',
      )
      .default('/var/lib/vault')
      .describe("Folder of the servers' data, encrypted by Vault."),
    shares: z
      .int()
      .min(1)
      .max(MOST_SHARES)
      .default(5)
      .describe('Into how many shares the key that opens Vault is split at its beginning.'),
    threshold: z.int().min(1).max(MOST_SHARES).default(3).describe('How many of the shares open a server.'),
    generation: z
      .int()
      .min(1)
      .max(999)
      .default(1)
      .describe(
        'Counts the Vaults that this cluster has had: another number is said when all data are gone and a new, empty one is to begin; the keys of the earlier ones stay among the secrets.',
      ),
    api: z
      .enum(['cluster', 'everyone'])
      .default('cluster')
      .describe('Who is meant to reach the API, which asks for a token.'),
    audit: z
      .boolean()
      .default(true)
      .describe(
        'Whether all that is asked and answered is written down, secrets hashed: in /var/log/vault/audit.log, which is turned over, and in the journal.',
      ),
    ui: z.boolean().default(false).describe('Whether there is the web interface at https://NODE:8200/ui.'),
    raft_multiplier: z
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe('Patience of the consensus with slow servers, 1 to 10; default: by the slowest board.'),
    old_state: z
      .enum(['refuse', 'adopt', 'set_aside'])
      .default('refuse')
      .describe(
        'What becomes of the data of a server that ran before the first apply: `refuse` ends the run before anything is changed, `adopt` goes on with them, `set_aside` begins without them and puts them back when the role leaves.',
      ),
    log_level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error'])
      .default('info')
      .describe('How much the server logs.'),
  })
  .describe('A server of Vault.')

export type VaultOptions = z.output<typeof vaultOptions>
