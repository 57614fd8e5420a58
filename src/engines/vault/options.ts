/** Options of the role vault in the cluster file. */
import { z } from 'zod'
import { DNS_LABEL } from '../../cluster-file/forms.ts'
import { heldOptions } from './store-options.ts'
import { logLevel, oldState, raftMultiplier, stateFolder, unmaintained, versionOf } from '../agent-options.ts'

/** Shamir's sharing as Vault does it has bytes for coordinates (`shamir/shamir.go`). */
const MOST_SHARES = 255

const CONSUL_PATH = /^([A-Za-z0-9_-]+\/)+$/

/** Options of the role vault. */
export const vaultOptions = z
  .strictObject({
    version: versionOf('Vault'),
    unmaintained,
    network: z
      .string()
      .regex(DNS_LABEL, 'must be lower-case letters, digits and inner hyphens')
      .optional()
      .describe(
        'Role whose network the servers talk and listen on, such as wireguard: certificates hold their addresses there; default: the addresses of the nodes.',
      ),
    data_dir: stateFolder('Vault', 'vault')
      .default('/var/lib/vault')
      .describe("Folder of the servers' data, encrypted by Vault."),
    storage: z
      .enum(['raft', 'consul'])
      .default('raft')
      .describe(
        "Where the data lie: `raft` in the servers' own consensus, `consul` in the key-value store of Consul, through the agent of each server's node. Of a Vault that has begun it is changed by `bramble vault migrate`.",
      ),
    consul_path: z
      .string()
      .regex(CONSUL_PATH, 'must be names of letters, digits, - and _ between slashes, and end with a slash')
      .refine((path) => !path.startsWith('bramble/'), 'bramble/ belongs to Bramble itself')
      .default('vault/')
      .describe('Below which key of Consul the data lie, with `storage: consul`.'),
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
    raft_multiplier: raftMultiplier,
    old_state: oldState
      .default('refuse')
      .describe(
        'What becomes of the data of a server that ran before the first apply: `refuse` ends the run before anything is changed, `adopt` goes on with them, `set_aside` begins without them and puts them back when the role leaves.',
      ),
    log_level: logLevel.default('info').describe('How much the server logs.'),
    ...heldOptions,
  })
  .describe('A server of Vault.')

export type VaultOptions = z.output<typeof vaultOptions>
